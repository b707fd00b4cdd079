import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { guest } from '../../../lib/login/guest.js';
import type { HandleIndex } from '../../../streams/handle-index.js';
import type { Services, Session } from '../../../streams/types.js';
import { among as onBoard, someone } from '../../support/lobby.js';

/** The board, with these on line. */
const among = (...handles: string[]): Services =>
  onBoard(someone(99, null), ...handles.map((handle, id) => someone(id, handle)));

describe('guest', () => {
  it(
    'asks for a handle and lets the caller in with the first good one',
    marbles((m) => {
      const line$ = m.cold('--x-a-b-', { x: '!', a: '  Ann  of   Green Gables ', b: 'bob' });
      const written: string[] = [];
      const session = { line$, write: (text: string) => written.push(text) } as unknown as Session;

      m.expect(guest(session, among())).toBeObservable('----(a|)', {
        a: { handle: 'Ann of Green Gables', guest: true },
      });
      m.expect(line$).toHaveSubscriptions('^---!');
      m.flush();

      expect(written).toEqual(['Handle: ', 'Please use 2 to 20 letters, digits, spaces, or . - _\nHandle: ']);
    }),
  );

  it(
    'names nobody when the call ends first, and asks nobody before it is subscribed to',
    marbles((m) => {
      const written: string[] = [];
      const line$ = m.cold<string>('--|');
      const session = { line$, write: (text: string) => written.push(text) } as unknown as Session;
      const user$ = guest(session, among());
      expect(written).toEqual([]);

      m.expect(user$).toBeObservable('--|');
    }),
  );

  it(
    'keeps handles unique while they are on line, and those that look the same',
    marbles((m) => {
      const line$ = m.cold('a-b-c-d-', { a: 'ANN', b: '\u0430nn', c: 'Sys0p', d: 'anna' });
      const written: string[] = [];
      const session = { line$, write: (text: string) => written.push(text) } as unknown as Session;

      m.expect(guest(session, among('bob', 'ann'))).toBeObservable('------(d|)', {
        d: { handle: 'anna', guest: true },
      });
      m.flush();

      const taken = 'ann is on line. Please choose a handle that looks different.\nHandle: ';
      expect(written).toEqual([
        'Handle: ',
        taken,
        taken,
        "That handle is the sysop's. Please choose another one.\nHandle: ",
      ]);
    }),
  );

  it(
    'keeps for the board what is meant for it, as a word of a handle too',
    marbles((m) => {
      const taken = [
        'sysop',
        'The SysOp',
        'sys.op',
        'ad-min',
        'root',
        'Impulse',
        'system_notice',
        '\u0430dmin 2',
      ];
      const written: string[] = [];
      const line$ = m.cold(taken.map((_, index) => index).join(''), Object.fromEntries(taken.entries()));
      const session = { line$, write: (text: string) => written.push(text) } as unknown as Session;
      m.expect(guest(session, among())).toBeObservable('-');
      m.flush();
      const refused = written.filter((text) => text.startsWith("That handle is the sysop's."));
      expect(refused.length).toBe(taken.length);
    }),
  );

  it(
    'takes no command of another server for a handle, and asks again',
    marbles((m) => {
      const commands = ['stats', 'HELP', 'INFO', 'version', 'quit'];
      const written: string[] = [];
      const line$ = m.cold('01234a', { ...commands, a: 'ann' });
      const session = { line$, write: (text: string) => written.push(text) } as unknown as Session;
      m.expect(guest(session, among())).toBeObservable('-----(a|)', { a: { handle: 'ann', guest: true } });
      m.flush();
      expect(written.filter((text) => text.startsWith('Please tell who you are: ')).length).toBe(
        commands.length,
      );
    }),
  );

  it(
    'leaves words alone that only begin so',
    marbles((m) => {
      for (const handle of ['Adminton', 'rooted', 'systematic', 'operators']) {
        const session = { line$: m.cold('a', { a: handle }), write() {} } as unknown as Session;
        m.expect(guest(session, among())).toBeObservable('(a|)', { a: { handle, guest: true } });
      }
    }),
  );

  it(
    'lets a handle be taken again when its caller has left',
    marbles((m) => {
      const services = among('ann');
      const session = {
        line$: m.cold('1s a 1s b', { a: 'ann', b: 'ann' }),
        write: () => {},
      } as unknown as Session;
      m.cold('1500ms x').subscribe(() => (services.handles as HandleIndex).clear());
      m.expect(guest(session, services)).toBeObservable('2001ms (a|)', { a: { handle: 'ann', guest: true } });
    }),
  );
});
