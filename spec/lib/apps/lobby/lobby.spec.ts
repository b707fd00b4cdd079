import { concatMap, finalize, map, NEVER, type Observable, takeUntil } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { callerChannel } from '../../../../lib/apps/lobby/chat.js';
import { lobby } from '../../../../lib/apps/lobby/lobby.js';
import { roomChannel } from '../../../../lib/apps/lobby/rooms.js';
import { fakeServices, fakeSession } from '../../../../lib/testing/index.js';
import { embeddedBus } from '../../../../streams/events/bus.js';
import type { App, Services } from '../../../../streams/types/app.js';
import type { Session } from '../../../../streams/types/session.js';
import { among, type Board, openBoard, someone } from '../../../support/lobby.js';

/** The handles in each room. */
const present = ({ manager }: Board) =>
  Object.fromEntries(
    [...manager.bus.present()].map(([room, visitors]) => [room, [...visitors].map(({ handle }) => handle)]),
  );

/** A board with a lobby, and how many of its callers' apps were unsubscribed. */
function watched() {
  const app = lobby();
  const seen = { left: 0 };
  const watching: App = (session, services) =>
    app(session, services).pipe(
      finalize(() => {
        seen.left += 1;
      }),
    );
  return { board: openBoard(watching), seen };
}

/** What a plain terminal receives when another caller speaks: a line of its own, and the prompt again. */
const told = (line: string, room = 'lobby') => `\n${line}\n${room}> `;

describe('the lobby', () => {
  describe('at the start', () => {
    /** The welcome of the last of these callers, in a window of this width. */
    const welcome = (handles: readonly string[], columns = 80) => {
      const board = openBoard();
      const people = handles.map((handle) => board.calls(handle, { terminal: { columns } }));
      return people.at(-1)?.welcome.replace('Handle: ', '') ?? '';
    };

    it('welcomes the first caller, and prompts with the room', () => {
      expect(welcome(['ann'])).toBe(
        '\nWelcome, ann! You are on node 1. Nobody else is on line.\n' +
          'Type to talk, or /help for a list of commands.\n\nlobby> ',
      );
    });

    it('names the callers on line', () => {
      expect(welcome(['bob', 'ann'])).toContain('You are on node 2. bob is on line.\n');
      expect(welcome(['bob', 'eve', 'ann'])).toContain('bob and eve are on line.\n');
      expect(welcome(['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'ann'])).toContain(
        'c1, c2, c3, c4, c5 and 2 more are on line.\n',
      );
    });

    it('names the last callers, the latest first', () => {
      const board = openBoard();
      const welcomeTo = (handle: string) => {
        const caller = board.calls(handle);
        caller.hangsUp();
        return caller.welcome;
      };
      expect(welcomeTo('bob')).not.toContain('The last caller');
      expect(welcomeTo('eve')).toContain('\nThe last caller was bob.\n');
      expect(welcomeTo('ann')).toContain('\nThe last callers were eve and bob.\n');
      expect(welcomeTo('bob')).toContain('\nThe last callers were ann and eve.\n');
    });

    it("doesn't name a caller on line as a last caller", () => {
      expect(welcome(['bob', 'eve', 'ann'])).not.toContain('The last caller');
    });

    it('fits the window', () => {
      const lines = welcome(['Marie Antoinette', 'Jean-Paul', 'Zoë', 'ann'], 30).split('\n');
      expect(lines).toContain('Welcome, ann! You are on node');
      expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(30);
    });
  });

  describe('in a room', () => {
    it("shows a caller's lines to all others, in order, but not to the caller", () => {
      const board = openBoard();
      const [ann, bob, eve] = [board.calls('ann'), board.calls('bob'), board.calls('eve')];
      for (const person of [ann, bob, eve]) person.reads();

      bob.says('one', 'two');
      bob.says('three');

      for (const person of [ann, eve]) {
        expect(person.reads()).toBe(told('bob: one') + told('bob: two') + told('bob: three'));
      }
      expect(bob.reads()).toBe('lobby> lobby> lobby> ');
    });

    it('announces who enters and leaves', () => {
      const board = openBoard();
      const ann = board.calls('ann');
      const bob = board.calls('bob');
      bob.hangsUp();
      expect(ann.reads()).toBe(told('bob came in.') + told('bob left.'));
      expect(bob.reads()).toBe('');
    });

    it('reads the input typed during the login', () => {
      const board = openBoard();
      const ann = board.calls('ann');
      board.calls('bob\rhello\r/me waves').says('');
      expect(ann.reads()).toBe(told('bob came in.') + told('bob: hello') + told('* bob waves'));
    });

    it('keeps a half-typed line intact on a terminal with a cursor', () => {
      const board = openBoard();
      const ann = board.calls('ann', { echo: true, type: 'xterm' });
      const bob = board.calls('bob');
      ann.presses('half a li');
      ann.reads();
      bob.says('hello');
      expect(ann.reads()).toBe('\r\x1b[J\x1b[1;36mbob\x1b[0m: hello\nlobby> half a li');
    });

    it('moves to another room at /join, announces it, and shows what is said there', () => {
      const board = openBoard();
      const [ann, bob, eve] = [board.calls('ann'), board.calls('bob'), board.calls('eve')];
      eve.says('/join garden');
      for (const person of [ann, bob, eve]) person.reads();

      bob.says('/join garden', 'hello');
      ann.says('anybody?');

      expect(bob.reads()).toBe('You are in garden now.\ngarden> garden> ');
      expect(ann.reads()).toBe(`${told('bob left.')}Nobody else is in this room to hear it.\nlobby> `);
      expect(eve.reads()).toBe(told('bob came in.', 'garden') + told('bob: hello', 'garden'));
      expect(present(board)).toEqual({ 'room lobby': ['ann'], 'room garden': ['eve', 'bob'] });
    });

    it('announces callers who go away and come back', () => {
      const board = openBoard();
      const [ann, bob] = [board.calls('ann'), board.calls('bob')];
      ann.reads();
      bob.says('/afk lunch', 'hello');
      expect(ann.reads()).toBe(told('* bob is away: lunch') + told('* bob is back.') + told('bob: hello'));
    });
  });

  it('delivers a page in any room, with a bell', () => {
    const board = openBoard();
    const [ann, bob, eve] = [board.calls('ann'), board.calls('bob'), board.calls('eve')];
    ann.says('/join garden');
    for (const person of [ann, bob, eve]) person.reads();
    bob.says('/page ann are you there?');
    expect(ann.reads()).toBe('\n\x07-> bob pages you: are you there?\ngarden> ');
    expect(bob.reads()).toBe('Sent to ann.\nlobby> ');
    expect(eve.reads()).toBe('');
  });

  it('wraps answers to the window', () => {
    const ann = openBoard().calls('ann', { terminal: { columns: 30 } });
    ann.says('/help');
    const lines = ann.reads().split('\n');
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(30);
  });

  it('completes at Tab, and lists the choices', () => {
    const board = openBoard();
    const ann = board.calls('ann', { echo: true, type: 'xterm' });
    ann.presses('/qu\t');
    ann.presses('\r');
    expect(ann.reads()).toContain('/quit ');
    expect(ann.reads()).toBe('');

    const bob = board.calls('bob', { echo: true, type: 'xterm' });
    bob.presses('/en\t');
    expect(bob.reads()).toBe('/encoding ');
  });

  describe('remembers', () => {
    it('the last callers', () => {
      const board = openBoard();
      board.calls('bob').hangsUp();
      board.pass(60_000);
      const ann = board.calls('ann');
      ann.says('/last');
      expect(ann.reads()).toBe(
        'When (UTC)        Handle\n1970-01-01 00:01  ann\n1970-01-01 00:00  bob\nlobby> ',
      );
    });

    it('nothing of another board', () => {
      const [one, other] = [openBoard(), openBoard()];
      one.calls('bob').says('/afk');
      const ann = other.calls('ann');
      ann.says('/last', '/rooms', '/who');
      expect(ann.reads()).not.toMatch(/bob|away|lobby \(2\)/);
    });

    it(
      'no caller as away who has left',
      marbles((m) => {
        const app = lobby();
        const away = fakeSession(m, { line$: 'a---', lines: { a: '/afk' } });
        const again = fakeSession(m, { line$: '---w', lines: { w: '/who' } });
        const services = fakeServices(m, [again]);
        let said = '';
        app(away, services)
          .pipe(takeUntil(m.cold('-x')))
          .subscribe();
        app(again, services).subscribe((text) => {
          said += text;
        });
        m.flush();

        expect(said).toMatch(/ {3}2 {2}ann .* lobby\n/);
      }),
    );
  });

  describe('at the end of a session', () => {
    for (const [how, leave] of [
      ['at /quit', (board: Board) => board.calls('bob').says('/quit')],
      ['at a hang-up', (board: Board) => board.calls('bob').hangsUp()],
      ['at Ctrl-D', (board: Board) => board.calls('bob').presses('\x04')],
      ['when the sysop ends the call', (board: Board) => board.manager.kick(board.calls('bob').id)],
      [
        'while a line waits for its turn',
        (board: Board) => {
          const bob = board.calls('bob');
          bob.says(...'x'.repeat(30));
          bob.hangsUp();
        },
      ],
    ] as const) {
      it(`${how}: keeps no state of the caller`, () => {
        const { board, seen } = watched();
        const ann = board.calls('ann');
        leave(board);

        expect(present(board)).toEqual({ 'room lobby': ['ann'] });
        expect(seen.left).toBe(1);
        expect(ann.reads()).toMatch(/bob left\.\nlobby> $/);
        ann.says('/me waits');
        board.pass(60_000);
        expect(ann.reads()).toBe('Nobody else is in this room to hear it.\nlobby> ');
      });
    }

    it('says goodbye at /quit, and drops what was typed after it', () => {
      const board = openBoard();
      const ann = board.calls('ann');
      const bob = board.calls('bob');
      ann.reads();
      bob.says('/quit', 'hello');
      expect(bob.reads()).toBe('Goodbye, and call again!\n');
      expect(ann.reads()).toBe(told('bob left.'));
      expect([...board.manager.sessions.keys()]).toEqual([ann.id]);
    });

    it(
      'unsubscribes from everything',
      marbles((m) => {
        const line$ = m.hot('  --j---q---', { j: '/join garden', q: '/quit' });
        const lobby$ = m.hot(' -----------');
        const garden$ = m.hot('-----------');
        const pages$ = m.hot(' -----------');
        const entered$ = m.cold('-');
        const tab$ = m.cold('-');
        const channels: Record<string, Observable<unknown>> = {
          [roomChannel('lobby')]: lobby$,
          [roomChannel('garden')]: garden$,
          [callerChannel('fake-1')]: pages$,
        };
        const ann = {
          ...someone(1, 'ann'),
          terminal: { columns: 80, type: null },
          eachLine: <T>(answer: (line: string) => Observable<T>) => line$.pipe(concatMap(answer)),
          prompt() {},
          completion$: () => tab$,
        };
        const services = {
          sessions: new Map(),
          handles: among().handles,
          scheduler: m.scheduler,
          bus: {
            channel$: (name: string) => channels[name] ?? NEVER,
            presence$: () => NEVER,
            enter: () => entered$,
            present: () => new Map(),
            publish() {},
          },
        } as unknown as Services;
        const firstWord$ = lobby()(ann as unknown as Session, services).pipe(
          map((text) => `${text}`.trim().split(/\W/)[0]),
        );

        m.expect(firstWord$).toBeObservable('w-j---(g|)', { w: 'Welcome', j: 'You', g: 'Goodbye' });
        m.expect(line$).toHaveSubscriptions('  ^-----!');
        m.expect(lobby$).toHaveSubscriptions(' ^-!');
        m.expect(garden$).toHaveSubscriptions('--^---!');
        m.expect(pages$).toHaveSubscriptions(' ^-----!');
        m.expect(tab$).toHaveSubscriptions('   ^-----!');
        m.expect(entered$).toHaveSubscriptions([
          '                                     ^-!',
          '                                     --^---!',
        ]);
      }),
    );
  });

  describe('at a paste of 500 lines', () => {
    const paste = Array.from({ length: 500 }, (_, index) => `line ${index + 1} of it`);
    /** The lines of the paste in this text. */
    const ofIt = (text: string) => text.match(/line \d+ of it/g) ?? [];

    it('loses no line and keeps their order, at five a second after the first twenty', () => {
      const board = openBoard();
      const [ann, bob] = [board.calls('ann'), board.calls('bob')];
      bob.says(...paste);

      expect(ofIt(ann.reads())).toEqual(paste.slice(0, 20));
      board.pass(1000);
      expect(ofIt(ann.reads())).toEqual(paste.slice(20, 25));
      board.pass(94_800);
      expect(ofIt(ann.reads())).toEqual(paste.slice(25, 499));
      board.pass(200);
      expect(ofIt(ann.reads())).toEqual(paste.slice(499));
      // One for each line of the burst; the waiting lines share one.
      expect(bob.reads().match(/lobby> /g)?.length).toBe(21);
    });

    it('counts a long line as several', () => {
      const board = openBoard();
      const [ann, bob] = [board.calls('ann'), board.calls('bob')];
      bob.says(...Array.from({ length: 20 }, (_, index) => `line ${index + 1} of it, ${'x'.repeat(400)}`));
      expect(ofIt(ann.reads()).length).toBe(4);
      board.pass(1000);
      expect(ofIt(ann.reads()).length).toBe(1);
    });

    it("doesn't delay other callers", () => {
      const board = openBoard();
      const [ann, bob] = [board.calls('ann'), board.calls('bob')];
      bob.says(...paste);
      bob.reads();
      for (let line = 0; line < 20; line += 1) ann.says('hello');
      expect(bob.reads().match(/ann: hello/g)?.length).toBe(20);
    });

    it('still shows what others say', () => {
      const board = openBoard();
      const [ann, bob] = [board.calls('ann'), board.calls('bob')];
      ann.says('/join garden');
      bob.says(...paste);
      bob.reads();
      ann.says('/page bob enough!');
      expect(bob.reads()).toContain('ann pages you: enough!');
    });

    it('discards the rest at Ctrl-C, except for the line whose turn is next', () => {
      const board = openBoard();
      const [ann, bob] = [board.calls('ann'), board.calls('bob')];
      bob.says(...paste);
      bob.presses('\x03');
      board.pass(200_000);
      expect(ofIt(ann.reads())).toEqual(paste.slice(0, 21));
      bob.says('sorry');
      expect(ann.reads()).toBe(told('bob: sorry'));
    });
  });
});

describe('two boards with a lobby each, on one bus', () => {
  it('deliver messages to each other, even with equal session ids', () => {
    const bus = embeddedBus();
    const [north, south] = [openBoard(lobby(), bus), openBoard(lobby(), bus)];
    const ann = north.calls('ann');
    const bob = south.calls('bob');
    expect(ann.reads()).toContain('bob came in.');
    ann.says('hello');
    bob.says('hi');
    expect(bob.reads()).toContain('ann: hello');
    expect(ann.reads()).toContain('bob: hi');
    expect(ann.reads()).not.toContain('ann: hello');

    const [one, other] = [north.manager.sessions.get(1), south.manager.sessions.get(1)];
    expect([one?.id, other?.id]).toEqual([1, 1]);
    expect(one?.callId).not.toBe(other?.callId);
    bob.hangsUp();
    expect(ann.reads()).toContain('bob left.');
    expect([...bus.present().values()].flatMap((visitors) => [...visitors])).toEqual([
      { callId: one?.callId ?? '', handle: 'ann' },
    ]);
  });
});
