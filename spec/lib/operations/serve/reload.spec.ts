import { ConfigError, type ReadConfig } from '../../../../lib/config/config.js';
import type { Config } from '../../../../lib/config/settings.js';
import type { Log } from '../../../../lib/operations/log.js';
import { reload } from '../../../../lib/operations/serve/reload.js';

describe('reload', () => {
  const settings = { port: 2323, maxSessions: 5 } as Config;

  /** Reloads, and returns the log and the limits that were applied. */
  async function reloaded(reread: () => Pick<ReadConfig, 'config' | 'warnings'>) {
    const said: string[] = [];
    const say = (event: string, message?: string) => void said.push(`${event}: ${message}`);
    const log = { trace: say, debug: say, info: say, warn: say, error: say } as unknown as Log;
    const applied: Config[] = [];
    await reload(settings, reread, (now) => void applied.push(now), log);
    return { said, applied };
  }

  it('applies the configuration, with the same warnings as at the start', async () => {
    const config = { ...settings, maxSessions: 7 };
    const warning = 'IMPULSE_PROT (from .env line 1) is not a setting; did you mean IMPULSE_PORT?';
    const { said, applied } = await reloaded(() => ({ config, warnings: [warning] }));
    expect(applied).toEqual([config]);
    expect(said).toContain(`configWarning: ${warning}`);
    expect(said.at(-1)).toBe('configReread: configuration reread; it applies to new callers');
  });

  it('names the settings that need a restart', async () => {
    const { said } = await reloaded(() => ({ config: { ...settings, port: 2400 }, warnings: [] }));
    expect(said.at(-1)).toBe('configStuck: port: unchanged until the board is restarted');
  });

  it('compares the networks of proxies entry by entry, without serializing them', async () => {
    let written = 0;
    const list = (...entries: string[]) =>
      Object.assign(entries, {
        toString() {
          written += 1;
          return entries.join();
        },
      });
    const stuckAt = async (before: readonly string[], after: readonly string[]) => {
      const said: string[] = [];
      const log = { info() {}, warn: (event: string) => said.push(event) } as unknown as Log;
      const config = { ...settings, proxyFrom: after };
      await reload(
        { ...settings, proxyFrom: before },
        () => ({ config, warnings: [] }),
        () => {},
        log,
      );
      return said;
    };
    expect(await stuckAt(list('192.0.2.1', '192.0.2.2'), list('192.0.2.1', '192.0.2.2'))).toEqual([]);
    expect(await stuckAt(list('192.0.2.1', '192.0.2.2'), list('192.0.2.1', '192.0.2.3'))).toEqual([
      'configStuck',
    ]);
    expect(await stuckAt(list('192.0.2.1'), list('192.0.2.1', '192.0.2.2'))).toEqual(['configStuck']);
    expect(await stuckAt(list(), list())).toEqual([]);
    expect(written).toBe(0);
  });

  it('changes nothing when the configuration is invalid, and logs each problem', async () => {
    const { said, applied } = await reloaded(() => {
      throw new ConfigError(['one', 'two']);
    });
    expect(applied).toEqual([]);
    expect(said).toEqual([
      'configRefused: the configuration was not reread: one',
      'configRefused: the configuration was not reread: two',
    ]);
  });
});
