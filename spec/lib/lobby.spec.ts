import { of } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { lobby } from '../../lib/lobby.js';
import type { Services, Session, SessionInfo } from '../../streams/types.js';

const MINUTE_MS = 60_000;
/** 2026-11-22 12:00:00 UTC */
const NOON = Date.UTC(2026, 10, 22, 12);

const info = (node: number, handle: string | null, idleMs = 0): SessionInfo => ({
  id: node,
  node,
  state: 'active',
  user: handle === null ? null : { handle },
  address: '192.0.2.1',
  openedAt: NOON - 61 * MINUTE_MS,
  lastInputAt: NOON - idleMs,
  bytesIn: 0,
  bytesOut: 0,
});

const services = (...sessions: SessionInfo[]): Services =>
  ({
    sessions: new Map(sessions.map((session) => [session.id, session])),
    scheduler: { now: () => NOON },
  }) as unknown as Services;

/** What the lobby answers to each line, after its welcome. */
function answers(typed: string[], others: SessionInfo[] = []): string[] {
  const heard: string[] = [];
  marbles((m) => {
    const line$ = m.cold(`${typed.map((_, index) => index).join('')}-`, typed);
    const ann = info(2, 'ann', 5000);
    const app$ = lobby({ ...ann, line$ } as unknown as Session, services(ann, ...others));
    const running = app$.subscribe({
      next: (text) => heard.push(`${text}`),
      complete: () => heard.push('|'),
    });
    m.flush();
    running.unsubscribe();
  })();
  return heard;
}

describe('the lobby', () => {
  it('welcomes the caller, says who else is there, and prompts', () => {
    expect(answers([])).toEqual([
      '\nWelcome, ann! You are on node 2. You are the first here.\nType /help for what you can do.\n\n> ',
    ]);
    expect(answers([], [info(1, 'bob')])[0]).toContain('One other caller is here.');
    expect(answers([], [info(1, 'bob'), info(3, 'eve')])[0]).toContain('2 others are here.');
  });

  it("uses the caller's encoding", () => {
    const chosen: string[] = [];
    const session = {
      ...info(2, 'ann'),
      line$: of('/encoding CP437', '/encoding utf-8', '/encoding latin-1'),
      setEncoding: (encoding: string) => chosen.push(encoding),
    } as unknown as Session;

    lobby(session, services(session)).subscribe();

    expect(chosen).toEqual(['cp437', 'utf-8']);
  });

  it('names its commands', () => {
    const [, help] = answers(['/help']);

    for (const command of ['/who', '/time', '/help', '/quit']) expect(help).toContain(command);
    expect(help).toMatch(/> $/);
  });

  it('keeps the columns where a handle has wide letters', () => {
    const [, who] = answers(['/who'], [info(1, 'Zoé漢字')]);

    expect(who).toContain('   1  Zoé漢字               01:01:00  00:00:00\n   2  ann                   ');
  });

  it('lists who is on line, by node, with those who are logging in', () => {
    const [, who] = answers(['/who'], [info(3, null), info(1, 'bob', 90_000)]);

    expect(who).toBe(
      [
        '\nNode  Handle                On line   Idle',
        '   1  bob                   01:01:00  00:01:30',
        '   2  ann                   01:01:00  00:00:05',
        '   3  (logging in)          01:01:00  00:00:00',
        '\n> ',
      ].join('\n'),
    );
  });

  it('tells the time', () => {
    expect(answers(['/time'])[1]).toBe(
      'It is Sun, 22 Nov 2026 12:00:00 GMT. You have been on line for 01:01:00.\n> ',
    );
  });

  it('completes at /quit, with its last words', () => {
    expect(answers(['/quit', '/time']).slice(1)).toEqual(['Goodbye, and call again!\n', '|']);
  });

  it('takes a command in any case, with spaces around it, and prompts again at an empty line', () => {
    expect(answers([' /TIME ', '']).slice(1)).toEqual([jasmine.stringMatching(/^It is /), '> ']);
  });

  it('says that there is no such command, and never repeats what was typed', () => {
    expect(answers(['/whoo\x1b[2J'])[1]).toBe(
      'There is no such command. Type /help for those there are.\n> ',
    );
    expect(answers(['hello'])[1]).toContain('Type /help for what you can do.');
  });
});
