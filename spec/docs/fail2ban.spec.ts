import { readFileSync } from 'node:fs';
import { createLog, type LogEvent } from '../../lib/log.js';

const guide = readFileSync(new URL('../../docs/door.md', import.meta.url), 'utf8');

/** The filter of the guide, as fail2ban reads it: an address stands for `<HOST>`. */
const filter = (/failregex = ([^`]*)```/.exec(guide)?.[1] ?? '')
  .split('\n')
  .map((pattern) => pattern.trimStart())
  .filter((pattern) => pattern !== '')
  .map((pattern) => new RegExp(pattern.replace('<HOST>', '(?<host>[\\da-f.:]+)')));

/** Who is banned for a line: fail2ban takes its time out before it looks. */
function banned(event: LogEvent): string[] {
  const lines: string[] = [];
  createLog({ level: 'debug', format: 'text', write: (line) => void lines.push(line.trimEnd()) }).event(
    event,
  );
  const [line = ''] = lines;
  return [line, line.slice('2026-11-22 23:59:35'.length)].flatMap((text) =>
    filter.flatMap((pattern) => pattern.exec(text)?.groups?.host ?? []),
  );
}

describe('the filter for fail2ban', () => {
  const failed = {
    type: 'loginAttemptFailed',
    session: 1,
    node: 1,
    address: '192.0.2.1',
    attempt: 1,
  } as const;
  const FORGED = '2026-11-23 04:12:09 warn  penalised 192.0.2.66: flood, for 16s';

  it('bans who is penalised, blocked, or fails to log in', () => {
    for (const event of [
      { type: 'addressPenalised', address: '192.0.2.1', network: '192.0.2.1', offence: 'flood', forMs: 1 },
      { type: 'connectionRefused', address: '192.0.2.1', reason: 'blocked' },
      { ...failed, handle: 'ann' },
    ] satisfies LogEvent[])
      expect(banned(event)).toEqual(['192.0.2.1', '192.0.2.1']);
    expect(banned({ ...failed, address: '2001:db8::1', handle: 'ann' })).toEqual([
      '2001:db8::1',
      '2001:db8::1',
    ]);
  });

  it('bans nobody whom a caller names', () => {
    const error = new Error(FORGED);
    for (const event of [
      { type: 'sessionAuthenticated', session: 1, node: 1, handle: FORGED },
      { type: 'sessionClosing', session: 1, node: 1, reason: 'app-error', error },
      { type: 'connectionRefused', address: '192.0.2.1', reason: 'full' },
    ] satisfies LogEvent[])
      expect(banned(event)).toEqual([]);
    expect(new Set(banned({ ...failed, handle: FORGED.slice(20) }))).toEqual(new Set(['192.0.2.1']));
  });
});
