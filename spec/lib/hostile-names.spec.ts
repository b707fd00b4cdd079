import fc from 'fast-check';
import { lobby } from '../../lib/apps/lobby/lobby.js';
import { createImpulse, type Impulse } from '../../lib/create-impulse.js';
import { createLog, type LogEvent, logEvents } from '../../lib/operations/log.js';
import { type Caller, call } from '../support/caller.js';

/** Hostile text for other callers' screens and the log: UTF-8, or raw bytes. */
const HOSTILE: readonly (string | readonly number[])[] = [
  '\x1b]52;c;ZXZpbA==\x07', // the clipboard
  '\x1b]0;title\x1b\\',
  '\x1b]0;without an end',
  '\x1b[2J\x1b[H',
  '\x1b[31m',
  '\x1bc',
  '\x1bP$q"p\x1b\\',
  '\u009b2J',
  '\u009d0;title\u009c',
  '\u0085',
  '\u2028',
  '\u2029',
  '\u202e',
  '\u2066',
  '\u200b\u200d\ufeff',
  '\u{e0041}\u{e007f}',
  '\u3164',
  '\ufe0f',
  `a${'\u0301'.repeat(40)}`,
  '\r\n',
  '\n',
  '\r\0',
  '\x07',
  '\b\b\b',
  '\x7f',
  '\x0b\x0c\x0e\x0f',
  '\t',
  [0x9b, 0x32, 0x4a],
  [0x85],
  [0xc0, 0xaf],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xe2, 0x80],
  [0xff, 0xff],
  [0xff, 0xf1],
];
const ORDINARY = ['ann', 'listener', 'Zoë', '漢字', '👩‍👩‍👧', 'hello there', ': ', ' ', '.', '%s', '{"a":1}'];
const BEGINNINGS = [
  '',
  '',
  '',
  '/me ',
  '/page listener ',
  '/join ',
  '/afk ',
  '/who',
  '/',
  '/encoding cp437\r\n',
];

const part = fc.oneof(fc.constantFrom(...HOSTILE), fc.constantFrom(...ORDINARY));
const line = fc
  .tuple(fc.constantFrom(...BEGINNINGS), fc.array(part, { minLength: 1, maxLength: 5 }))
  .map(([beginning, parts]) =>
    Buffer.concat([beginning, ...parts].map((each) => Buffer.from(each as string))),
  );

/** Characters that no screen and no log may contain, including stacked accents and stray joiners. */
const UNSAFE =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_C}\u200b\u2060\ufeff\u3164\u{e0000}-\u{e007f}]|\p{M}{7}|(?<![\p{L}\p{M}\p{Emoji}])(?:\u200c|\u200d|\ufe0f)/u;

const LINES = 10_000;
const OF_EACH = 10;
const AT_ONCE = 12;
/** Failed logins, which the log summarises. */
const SUMMED_UP = /"event":"loginAttempts?Failed"|login failed (?:from|\d)/;

describe('10,000 hostile handles and lines', () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const callers: Caller[] = [];
  let impulse: Impulse;
  let port: number;
  let events: LogEvent[];
  let logged: Record<'json' | 'text', string[]>;

  const calls = async (): Promise<Caller> => {
    const caller = await call(port);
    callers.push(caller);
    return caller;
  };

  beforeEach(async () => {
    impulse = createImpulse({
      port: 0,
      app: lobby(),
      connectionRate: null,
      connectionRatePerAddress: null,
      maxPerAddress: null,
      maxUnauthenticated: null,
      penalties: false,
    });
    events = [];
    logged = { json: [], text: [] };
    const logs = (['json', 'text'] as const).map((format) =>
      createLog({ level: 'debug', format, write: (text) => logged[format].push(text) }),
    );
    for (const log of logs) logEvents(impulse.event$, log).subscribe();
    impulse.event$.subscribe((event) => events.push(event));
    ({ port } = await impulse.start());
  });

  afterEach(async () => {
    for (const caller of callers.splice(0)) caller.hangUp();
    await impulse.shutdown('spec over', { force: true });
  });

  it('send no control character to another caller, and log each event as one line', async () => {
    const listener = await calls();
    await listener.hears('Handle: ');
    listener.says('listener\r\n');
    const before = (await listener.hears('lobby> ')).length;

    const lines = fc.sample(line, { numRuns: LINES, seed });
    const visit = async (index: number) => {
      const stranger = await calls();
      const theirs = lines.slice(index, index + OF_EACH);
      // A third refused handle would end the session.
      const [handles, talk] = [theirs.slice(0, 2), theirs.slice(2)];
      const typed = [...handles, `guest${index}`, ...talk, `last of ${index}`];
      stranger.socket.end(Buffer.concat(typed.flatMap((each) => [Buffer.from(each as string), CRLF])));
      await stranger.gone;
    };
    let next = 0;
    const visits = async () => {
      while (next < LINES) {
        const index = next;
        next += OF_EACH;
        await visit(index);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, visits));
    const last = await calls();
    last.says('last\r\nThat is all.\r\n');
    const wire = (await listener.hears('last: That is all.')).slice(before);

    const screen = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(wire, 'latin1'));
    const shown = screen.split('\r\n').map((text) => text.replace(/^\x07-> /, '-> '));
    const unsafe = shown.filter((text) => UNSAFE.test(text));
    expect(unsafe.map((text) => JSON.stringify(text)))
      .withContext(`seed ${seed}`)
      .toEqual([]);
    // These callers were admitted and heard.
    expect(screen.match(/last of \d+/g)?.length)
      .withContext(`seed ${seed}`)
      .toBeGreaterThan(500);
    expect(shown.length).toBeGreaterThan(LINES / 4);

    const types = events.map(({ type }) => type).filter((type) => type !== 'loginAttemptFailed');
    for (const format of ['json', 'text'] as const) {
      const written = logged[format];
      const single = written.filter((text) => !SUMMED_UP.test(text));
      expect(single.length).withContext(`lines of ${format}`).toBe(types.length);
      const broken = written.filter((text) => !text.endsWith('\n') || UNSAFE.test(text.slice(0, -1)));
      expect(broken).withContext(`seed ${seed}`).toEqual([]);
    }
    const single = logged.json.filter((text) => !SUMMED_UP.test(text));
    expect(single.map((text) => JSON.parse(text).event)).toEqual(types);
  });

  it('never log in two handles that look alike', async () => {
    const alike = [
      'annette',
      'ANNETTE',
      '\u0430nnette',
      'ann\u0435tte',
      'an\u2060nette',
      ' annette',
      'anne\u200btte',
    ];
    const strangers = await Promise.all(Array.from({ length: 42 }, calls));
    await Promise.all(
      strangers.map(async (stranger, index) => {
        await stranger.hears('Handle: ');
        stranger.says(`${alike[index % alike.length]}\r\n`);
        await stranger.hears(/Welcome, |choose a handle that looks different|letters of one alphabet/);
      }),
    );

    expect([...impulse.sessions.values()].filter(({ user }) => user).length).toBe(1);
  });
});

const CRLF = Buffer.from('\r\n');
