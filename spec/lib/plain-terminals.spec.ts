import fc from 'fast-check';
import { lobby } from '../../lib/apps/lobby/lobby.js';
import { menu, quit } from '../../lib/apps/menu.js';
import type { FakeConnectionOptions } from '../../lib/testing/fake-connection.js';
import type { Terminal } from '../../streams/types/connection.js';
import { holds } from '../support/holds.js';
import { openBoard } from '../support/lobby.js';

/** What a caller may do in an evening, and others meanwhile. */
const ACTIONS = [
  'hello',
  'see https://bbs.example/news for more, it is a rather long line that has to be wrapped',
  'é漢👋',
  '/help',
  '/who',
  '/rooms',
  '/join garden',
  '/join lobby',
  '/me waves',
  '/page bob hi',
  '/afk tea',
  '/time',
  '/last',
  '/idle',
  '/echo',
  '/encoding cp437',
  '/nonsense',
].map((line) => `${line}\r`);
const KEYS = [
  'half a line',
  '\x0c',
  '\x03',
  '\t',
  '/e\t',
  '\x1b[A',
  '\x1b[D',
  '\x7f',
  '\x15',
  '\x17',
  '\x01',
  '\r',
];
const EVENTS = ['bob talks', 'bob pages', 'carol comes', 'the sysop speaks', 'time passes'] as const;
type Event = (typeof EVENTS)[number];

const steps = fc.array(
  fc.oneof(
    fc.constantFrom(...ACTIONS.map((types) => ({ types }))),
    fc.constantFrom(...KEYS.map((types) => ({ types }))),
    fc.constantFrom(...EVENTS.map((event) => ({ event }))),
  ),
  { maxLength: 40 },
);
/** Each action and event once. */
const EVERYTHING = [
  ...ACTIONS.map((types) => ({ types })),
  ...[...KEYS, ...KEYS].flatMap((types) => [
    { types: 'half' },
    { types },
    ...EVENTS.map((event) => ({ event })),
  ]),
];

/** Returns all that a caller with this terminal gets in an evening behind a menu. */
function evening(
  terminal: Partial<Terminal>,
  steps: readonly ({ types: string } | { event: Event })[],
): string {
  const board = openBoard(menu({ chat: lobby(), quit }));
  const options: FakeConnectionOptions = { terminal };
  const bob = board.calls('bob');
  bob.says('chat');
  const ann = board.calls('ann', options);
  ann.presses('chat\r');
  const acts: Record<Event, () => void> = {
    'bob talks': () => bob.says('good evening, https://bbs.example/ is new'),
    'bob pages': () => bob.says('/page ann are you there?'),
    'carol comes': () => {
      const carol = board.calls(`carol${board.manager.sessions.size}`);
      carol.says('chat');
      carol.hangsUp();
    },
    'the sysop speaks': () => void board.manager.broadcast('The board closes at midnight. '.repeat(4)),
    'time passes': () => board.pass(5000),
  };
  for (const step of steps) {
    if ('types' in step) ann.presses(step.types);
    else acts[step.event]();
    board.pass(100);
  }
  ann.presses('\x15/quit\rquit\r');
  board.pass(1000);
  return ann.welcome + ann.reads();
}

/** All sequences but colours. */
const MOVES = /\x1b(?!\[[\d;:]*m)[\s\S]{0,8}/g;
const COLOURS_ONLY = { colours: true, cursor: false };
const SCREEN_READER = { screenReader: true, colours: false, cursor: false };

describe('a terminal', () => {
  for (const echo of [true, false])
    for (const columns of [80, 30]) {
      const where = `in ${columns} columns, ${echo ? 'with our' : 'with its own'} echo`;

      it(`with colours and no cursor moves gets colours and no moves ${where}`, () => {
        const terminal = { ...COLOURS_ONLY, echo, columns };
        const all = evening(terminal, EVERYTHING);
        expect(all).toContain('\x1b[1;36mbob\x1b[0m: good evening');
        expect(all.match(MOVES)).toBeNull();
        holds(
          fc.property(steps, (each) => {
            const moves = evening(terminal, each).match(MOVES);
            if (moves) throw new Error(JSON.stringify(moves));
          }),
          { numRuns: 30 },
        );
      });

      it(`with a screen reader gets plain lines ${where}`, () => {
        const all = evening({ ...SCREEN_READER, echo, columns }, EVERYTHING);
        expect(all).toContain('bob: good evening');
        expect(all).not.toContain('\x1b');
        // Only the line being typed is ever erased, by the caller's own keys.
        expect(all).not.toMatch(/\r/);
      });
    }

  it('that has all would get moves and links', () => {
    const all = evening({ colours: true, cursor: true, links: true, echo: true }, EVERYTHING);
    expect(all).toContain('\x1b[2J');
    expect(all).toContain('\x1b[J');
    expect(all).toContain('\x1b]8;id=1;https://bbs.example/\x1b\\');
  });
});
