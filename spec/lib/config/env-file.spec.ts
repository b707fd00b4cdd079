import { readFileSync } from 'node:fs';
import { parse } from 'dotenv';
import { envFile } from '../../../lib/config/env-file.js';
import { SETTINGS, type Setting, variable } from '../../../lib/config/settings.js';

const settings: Setting[] = Object.values(SETTINGS);

describe('envFile', () => {
  const [, ...paragraphs] = envFile().trimEnd().split('\n\n');

  it('lists every setting, described, commented out, with its default, in the order of SETTINGS', () => {
    expect(paragraphs).toEqual(
      settings.map(
        (setting) =>
          `# ${setting.description}.\n# Allowed: ${setting.allowed}.\n#${variable(setting)}=${setting.default}`,
      ),
    );
  });

  it('sets only the given settings', () => {
    expect(parse(envFile())).toEqual({});
    expect(parse(envFile({ banner: 'banner.txt', port: '23' }))).toEqual({
      IMPULSE_PORT: '23',
      IMPULSE_BANNER: 'banner.txt',
    });
  });

  it('matches .env.example (regenerate that after changing a setting)', () => {
    expect(readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8')).toBe(envFile());
  });
});
