import { concat, EMPTY, finalize, map, NEVER, of, take, throwError, timer } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { menu, quit } from '../../../lib/apps/menu.js';
import { fakeServices, fakeSession } from '../../../lib/testing/fake-session.js';
import { alsoSubscribe } from '../../../streams/rx/also-subscribe.js';
import type { App } from '../../../streams/types/app.js';
import { openBoard } from '../../support/lobby.js';

const hello: App = (session) => of(`Hello, ${session.user?.handle}!\n`);
/** An app that asks for a line. */
const repeat: App = (session) => session.ask('Say: ').pipe(map((line) => `${line}, ${line}\n`));
const UNKNOWN = 'That is not in the menu.\n';

describe('menu', () => {
  it(
    'asks, runs the choice until it completes, and asks again',
    marbles((m) => {
      const session = fakeSession(m, { line$: '-h----w' });
      const wait: App = () => timer(3).pipe(map(() => 'waited'));
      const app$ = menu({ h: hello, w: wait, q: quit }, '? ')(session, fakeServices(m));

      m.expect(app$, '^ 20ms !').toBeObservable('p(hp)----(wp)', {
        p: '? ',
        h: 'Hello, ann!\n',
        w: 'waited',
      });
    }),
  );

  it(
    'completes at quit',
    marbles((m) => {
      const session = fakeSession(m, { line$: '--q--h' });
      m.expect(menu({ h: hello, q: quit }, '? ')(session, fakeServices(m))).toBeObservable('p-|', {
        p: '? ',
      });
    }),
  );

  it(
    'completes when the session ends',
    marbles((m) => {
      const session = fakeSession(m, { line$: '--h---|' });
      m.expect(menu({ h: hello }, '? ')(session, fakeServices(m))).toBeObservable('p-(hp)|', {
        p: '? ',
        h: 'Hello, ann!\n',
      });
    }),
  );

  it(
    'unsubscribes from the running app',
    marbles((m) => {
      const running = m.cold('-----');
      const session = fakeSession(m, { line$: '--r' });
      const app$ = menu({ r: () => running }, '? ')(session, fakeServices(m));
      m.expect(app$, '^---!').toBeObservable('p', { p: '? ' });
      m.expect(running).toHaveSubscriptions('--^-!');
    }),
  );

  /** The output after the login for a caller who types these lines. */
  const reads = (app: App, ...lines: string[]): string => {
    const ann = openBoard(app).calls('ann');
    ann.says(...lines);
    return ann.reads();
  };

  it('prompts with the choices by default', () => {
    expect(openBoard(menu({ hello, repeat, quit })).calls('ann').welcome).toBe(
      'Handle: hello, repeat, quit? ',
    );
  });

  it('completes its choices by Tab, but not within an app', () => {
    const look: App = (session) =>
      session.ask('look where? ').pipe(
        alsoSubscribe(session.completion$(() => ['north', 'south'])),
        map(() => ''),
      );
    const ann = openBoard(menu({ look, repeat, quit }, '? ')).calls('ann', { echo: true, type: 'xterm' });
    ann.presses('lo\t\r');
    ann.presses('no\t\r');
    expect(ann.reads()).toBe('look \nlook where? north \n? ');
    ann.presses('re\t\r');
    ann.reads();
    ann.presses('qu\t');
    expect(ann.reads()).toBe('qu\x07');
  });

  it('accepts a choice in any case, with blanks around it', () => {
    const app = menu({ Hello: hello }, '? ');
    expect(reads(app, '  hELLO ', 'HELLO')).toBe('Hello, ann!\n? Hello, ann!\n? ');
  });

  it('rejects an unknown choice and asks again; after an empty line it only asks again', () => {
    const app = menu({ h: hello, q: quit }, '? ');
    expect(reads(app, 'x', '', '  ')).toBe(`${UNKNOWN}? ? ? `);
  });

  it("doesn't accept properties of Object.prototype as choices", () => {
    const app = menu({ h: hello }, '? ');
    expect(reads(app, '__proto__', 'constructor', 'toString')).toBe(`${UNKNOWN}? `.repeat(3));
  });

  it('passes lines to an app while it asks, and reads the next line itself, typed ahead or not', () => {
    const app = menu({ r: repeat, h: hello, q: quit }, '? ');
    expect(reads(app, 'r', 'h', 'h', 'r', 'q', 'q', 'h')).toBe('Say: h, h\n? Hello, ann!\n? Say: q, q\n? ');
  });

  it('returns to the outer menu at quit, and ends the session at quit of the outermost', () => {
    const inner = menu({ h: hello, q: quit }, 'inner? ');
    const middle = menu({ i: inner, q: quit }, 'middle? ');
    const board = openBoard(menu({ m: middle, q: quit }, 'outer? '));
    const ann = board.calls('ann');

    ann.says('m', 'i', 'h', 'q', 'q');
    expect(ann.reads()).toBe('middle? inner? Hello, ann!\ninner? middle? outer? ');
    ann.says('m', 'i');
    ann.says('q');
    ann.says('q');
    expect(ann.reads()).toBe('middle? inner? middle? outer? ');
    expect(board.manager.sessions.size).toBe(1);
    ann.says('q');
    expect(board.manager.sessions.size).toBe(0);
  });

  it('may contain itself, to any depth', () => {
    const forum: App = (session, services) => menu({ d: forum, h: hello, q: quit }, '> ')(session, services);
    const board = openBoard(forum);
    const ann = board.calls('ann');
    ann.says(...'d'.repeat(50), 'h', ...'q'.repeat(50));
    expect(ann.reads()).toBe(`${'> '.repeat(50)}Hello, ann!\n> ${'> '.repeat(50)}`);
    ann.says('q');
    expect(board.manager.sessions.size).toBe(0);
  });

  it('asks once per line, also if apps complete synchronously', () => {
    const app = menu({ e: () => EMPTY, q: quit }, '? ');
    expect(reads(app, ...'e'.repeat(10_000))).toBe('? '.repeat(10_000));
  });

  for (const [where, broken] of [
    [
      'when it is called',
      () => {
        throw new Error('broken');
      },
    ],
    ['at once', () => throwError(() => new Error('broken'))],
    [
      'later',
      (session) =>
        concat(
          session.line$.pipe(take(1)),
          throwError(() => new Error('broken')),
        ),
    ],
  ] as [string, App][]) {
    it(`ends the session when an app fails ${where}, in a nested menu too`, () => {
      const board = openBoard(menu({ m: menu({ b: broken }, 'inner? ') }, '? '));
      const reasons: string[] = [];
      board.manager.event$.subscribe(
        (event) => event.type === 'sessionClosing' && reasons.push(`${event.session} ${event.reason}`),
      );
      const [ann, bob] = [board.calls('ann'), board.calls('bob')];
      ann.says('m', 'b', 'x');
      bob.says('m');

      expect(reasons).toEqual(['1 app-error']);
      expect(bob.reads()).toBe('inner? ');
    });
  }

  it('unsubscribes from an app that never ends when its caller hangs up', () => {
    let left = false;
    const endless: App = () =>
      NEVER.pipe(
        finalize(() => {
          left = true;
        }),
      );
    const ann = openBoard(menu({ e: endless }, '? ')).calls('ann');
    ann.says('e');
    ann.hangsUp();
    expect(left).toBe(true);
  });
});
