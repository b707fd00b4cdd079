import { readFileSync } from 'node:fs';
import { flag, SETTINGS, type Setting, variable } from '../../lib/config/settings.js';
import { impulse } from '../support/cli.js';

const guide = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');

describe('docs/configuration.md', () => {
  it('has a row for every setting, with its default', () => {
    const rows = Object.values<Setting>(SETTINGS).map(
      (setting) =>
        `| \`${flag(setting)}\` | \`${variable(setting)}\` | \`${setting.default}\` | ${setting.description} |`,
    );

    expect(guide.split('\n').filter((line) => line.startsWith('| `--'))).toEqual(rows);
  });

  it('shows the message for an invalid value', async () => {
    const { code, stderr } = await impulse(['serve'], { env: { IMPULSE_IDLE_TIMEOUT: 'soon' } });

    expect(code).toBe(78);
    expect(guide).toContain(stderr);
  });
});
