import type { Observable } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { guest, guestOf } from '../../../lib/accounts/guest.js';
import type { HandleIndex } from '../../../streams/session/index-handles.js';
import type { Services } from '../../../streams/types/app.js';
import type { Session } from '../../../streams/types/session.js';
import { SessionEnd } from '../../../streams/types/session-end.js';
import { among as onBoard, someone } from '../../support/lobby.js';

/** The board, with these on line. */
const among = (...handles: string[]): Services =>
  onBoard(someone(99, null), ...handles.map((handle, id) => someone(id, handle)));

/** Somebody who is asked for a handle. */
const asked = (line$: Observable<string>, written: string[] = [], failed: string[] = []) =>
  ({
    line$,
    write: (text: string) => written.push(text),
    reportFailedLogin: (handle: string) => failed.push(handle),
  }) as unknown as Session;

describe('guest', () => {
  it(
    'ends the session at the third refused handle, and reports each',
    marbles((m) => {
      const written: string[] = [];
      const failed: string[] = [];
      const line$ = m.cold('a-b-c-d', { a: 'sysop', b: '!', c: 'BOB', d: 'ann' });
      const user$ = guest(asked(line$, written, failed), among('bob'));
      m.expect(user$).toBeObservable('----#', undefined, new SessionEnd('login-failed'));
      m.expect(line$).toHaveSubscriptions('^---!');
      m.flush();
      expect(failed).toEqual(['sysop', '!', 'BOB']);
      expect(written.at(-1)).toBe('bob is on line. Please choose a handle that looks different.\n');
    }),
  );

  for (const bot of ['root', ' Admin ', 'administrator', 'enable'])
    it(
      `ends the session of ${bot.trim()} at once`,
      marbles((m) => {
        const failed: string[] = [];
        const user$ = guest(asked(m.cold('a-b', { a: bot, b: 'ann' }), [], failed), among());
        m.expect(user$).toBeObservable('#', undefined, new SessionEnd('login-failed'));
        m.flush();
        expect(failed).toEqual([bot]);
      }),
    );

  it(
    "doesn't count an empty line as a handle",
    marbles((m) => {
      const failed: string[] = [];
      const line$ = m.cold('aaaaaab', { a: ' ', b: 'ann' });
      const user = { handle: 'ann', guest: true };
      m.expect(guest(asked(line$, [], failed), among())).toBeObservable('------(u|)', { u: user });
      m.flush();
      expect(failed).toEqual([]);
    }),
  );

  it(
    'asks for a handle and lets the caller in with the first valid one',
    marbles((m) => {
      const line$ = m.cold('--x-a-b-', { x: '!', a: '  Ann  of   Green Gables ', b: 'bob' });
      const written: string[] = [];
      const session = asked(line$, written);

      m.expect(guest(session, among())).toBeObservable('----(a|)', {
        a: { handle: 'Ann of Green Gables', guest: true },
      });
      m.expect(line$).toHaveSubscriptions('^---!');
      m.flush();

      expect(written).toEqual([
        'Handle: ',
        'Please use 2 to 20 letters of one alphabet, digits, spaces, or . - _\nHandle: ',
      ]);
    }),
  );

  it(
    'emits no user when the session ends first, and asks nothing before it is subscribed to',
    marbles((m) => {
      const written: string[] = [];
      const line$ = m.cold<string>('--|');
      const session = asked(line$, written);
      const user$ = guest(session, among());
      expect(written).toEqual([]);

      m.expect(user$).toBeObservable('--|');
    }),
  );

  it(
    'refuses handles on line, and handles that look the same',
    marbles((m) => {
      const line$ = m.cold('a-b---d-', { a: 'ANN', b: '\uff41\uff4e\uff4e', d: 'anna' });
      const written: string[] = [];
      const session = asked(line$, written);

      m.expect(guest(session, among('bob', 'ann'))).toBeObservable('------(d|)', {
        d: { handle: 'anna', guest: true },
      });
      m.flush();

      const taken = 'ann is on line. Please choose a handle that looks different.\nHandle: ';
      expect(written).toEqual(['Handle: ', taken, taken]);
    }),
  );

  it(
    'refuses reserved handles, and the name of the board',
    marbles((m) => {
      const name = "That handle is the sysop's. Please choose another one.\nHandle: ";
      const word =
        'help is reserved, because people type it as a command. Please choose another handle.\nHandle: ';
      for (const [handle, problem] of [
        ['sysop', name],
        ['the sys op', name],
        ['Owl', name],
        ['owl 2', name],
        ['help', word],
      ] as const) {
        const written: string[] = [];
        m.expect(guestOf('The Owl')(asked(m.cold('a', { a: handle }), written), among())).toBeObservable('-');
        m.flush();
        expect(written).withContext(handle).toEqual(['Handle: ', problem]);
      }
    }),
  );

  it(
    'refuses commands of other servers as handles, and asks again',
    marbles((m) => {
      for (const command of ['stats', 'HELP', 'INFO', 'version', 'quit']) {
        const written: string[] = [];
        const session = asked(m.cold('(0a)', { 0: command, a: 'ann' }), written);
        m.expect(guest(session, among())).toBeObservable('(a|)', { a: { handle: 'ann', guest: true } });
        m.flush();
        expect(written.at(-1)).toMatch(/ is reserved, because .*\nHandle: $/);
      }
    }),
  );

  it(
    'accepts a handle again when its caller has left',
    marbles((m) => {
      const services = among('ann');
      const session = asked(m.cold('1s a 1s b', { a: 'ann', b: 'ann' }));
      m.cold('1500ms x').subscribe(() => (services.handles as HandleIndex).clear());
      m.expect(guest(session, services)).toBeObservable('2001ms (a|)', { a: { handle: 'ann', guest: true } });
    }),
  );
});
