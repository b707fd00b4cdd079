import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { flag, SETTINGS, type Setting, variable } from '../../lib/config/settings.js';
import { PICTURE } from '../../lib/login/banner.js';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

describe('the README', () => {
  it('has a row for every setting, with its default', () => {
    const rows = Object.values<Setting>(SETTINGS).map(
      (setting) =>
        `| \`${flag(setting)}\` | \`${variable(setting)}\` | \`${setting.default}\` | ${setting.description} |`,
    );

    expect(readme.split('\n').filter((line) => line.startsWith('| `--'))).toEqual(rows);
  });

  it('shows the banner that a caller sees', () => {
    const picture = stripVTControlCharacters(PICTURE);
    expect(readme).toContain(picture.trim());
  });
});
