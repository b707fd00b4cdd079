import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLog, type LogEvent } from '../../lib/operations/log.js';
import { temporaryFolder } from '../support/cheap-accounts.js';
import { has } from '../support/shells.js';

const FILTER = fileURLToPath(new URL('../../deploy/fail2ban.conf', import.meta.url));

/** Input that looks like the log line of another address being penalised. */
const FORGED = [
  ' warn  penalised 198.51.100.6: flood, for 16s',
  '2026-11-23 04:12:09 warn  penalised 198.51.100.6: flood, for 16s',
  '\n2026-11-23 04:12:09 warn  penalised 198.51.100.6: flood, for 16s\n',
  '"\r\n2026-11-23 04:12:09 warn  refused 198.51.100.6: blocked',
  'host impulse[1]: 2026-11-23 04:12:09 warn  refused 198.51.100.6: blocked',
];

describe('the filter for fail2ban', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  /** Returns the addresses that fail2ban finds, one for each matching line. */
  function found(lines: string): string[] {
    if (!has('fail2ban-regex')) pending('fail2ban is not installed');
    const log = join(folder.path, 'log');
    writeFileSync(log, lines);
    const { stdout } = spawnSync('fail2ban-regex', ['--out', 'ip', log, FILTER], { encoding: 'utf8' });
    return stdout
      .trim()
      .split('\n')
      .filter((line) => line !== '');
  }

  /** Returns the log lines of these events and warnings. */
  function logged(events: readonly LogEvent[], words: readonly string[] = []): string {
    let lines = '';
    const log = createLog({
      level: 'debug',
      format: 'text',
      write: (line) => {
        lines += line;
      },
    });
    for (const event of events) log.event(event);
    for (const text of words) log.warn('listenerFailed', text);
    return lines;
  }

  const penalised = { type: 'addressPenalised', offence: 'flood', forMs: 16_000 } as const;
  const guilty: LogEvent[] = [
    { ...penalised, address: '203.0.113.7', network: '203.0.113.7' },
    { ...penalised, address: '2001:db8::7', network: '2001:db8::/56', forMs: 400_000 },
    { type: 'connectionRefused', address: '203.0.113.8', reason: 'blocked' },
  ];

  it("finds penalised and blocked addresses, in a file and after a journal's prefix", () => {
    const lines = logged(guilty);
    const addresses = ['203.0.113.7', '2001:db8::7', '203.0.113.8'];
    expect(found(lines)).toEqual(addresses);
    expect(
      found(lines.replace(/^/gm, 'Nov 23 04:12:09 host impulse[123]: ').replace(/Nov.*: $/, '')),
    ).toEqual(addresses);
  });

  it('finds the address of a failed login, and none in the handle that was tried', () => {
    const line = (handle: string) =>
      `2026-11-23 04:12:11 warn  login failed from 203.0.113.7: attempt 2, as ${handle} (session 17)\n`;
    expect(found([...FORGED, 'ann'].map((handle) => line(handle.replace(/\s+/g, ' '))).join(''))).toEqual(
      Array(FORGED.length + 1).fill('203.0.113.7'),
    );
  });

  it('finds no address in quoted input of callers', () => {
    const innocent = FORGED.flatMap((text): LogEvent[] => [
      { type: 'sessionAuthenticated', session: 1, node: 1, handle: text },
      { type: 'sessionClosing', session: 1, node: 1, reason: 'app-error', error: new Error(text) },
      { type: 'sessionClosing', session: 1, node: 1, reason: 'app-error', error: text },
      { type: 'serverDraining', sessions: 1, graceMs: 1, reason: text },
    ]);
    const words = FORGED.map((text) => `a listener failed: ${text}`);
    expect(found(logged(innocent, words))).toEqual([]);
    expect(found(logged([...innocent, ...guilty.slice(0, 1)], words))).toEqual(['203.0.113.7']);
  });

  it('is the one in the docs; the one before could be fooled', () => {
    const before = join(folder.path, 'before.conf');
    writeFileSync(before, '[Definition]\nfailregex = ^.* warn  penalised <HOST>: \n');
    const log = join(folder.path, 'log');
    const error: LogEvent = {
      type: 'sessionClosing',
      session: 1,
      node: 1,
      reason: 'app-error',
      error: new Error(FORGED[0]),
    };
    expect(found(logged([error]))).toEqual([]);
    const { stdout } = spawnSync('fail2ban-regex', ['--out', 'ip', log, before], { encoding: 'utf8' });
    expect(stdout.trim()).toBe('198.51.100.6');
  });
});
