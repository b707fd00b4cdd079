import { ignoreElements, map, mergeMap, tap } from 'rxjs';
import { BANNER, withBanner } from '../../lib/accounts/banner.js';
import { createImpulse, type Impulse, type ImpulseOptions } from '../../lib/create-impulse.js';
import type { App, Authenticator } from '../../streams/types/app.js';
import type { Session } from '../../streams/types/session.js';
import { type Caller, call } from '../support/caller.js';
import { bytesOf, feeding, wordsOf } from '../support/telnet-words.js';
import '../support/patience.js';
import { COMMAND } from '../../streams/protocol/telnet-codec.js';

const { WILL, WONT, DO, DONT } = COMMAND;
const [ECHO, SGA, TTYPE, EOR, NAWS, CHARSET] = [1, 3, 24, 25, 31, 42];

/** The behaviour of a real client. */
interface Client {
  /** The answers to TTYPE requests, in turn; the last one repeats. */
  readonly names: readonly string[];
  /** The options it agrees to, in both directions. */
  readonly agrees?: readonly number[];
  /** The answer to a CHARSET request; `null` rejects all character sets. */
  readonly charset?: string | null;
  /** False for clients that never answer a WONT. */
  readonly answersWonts?: boolean;
  /** True for a client that sends each answer twice. */
  readonly twice?: boolean;
}

const ALL = [ECHO, SGA, TTYPE, NAWS];

const CLIENTS = {
  xterm: { names: ['XTERM-256COLOR'], agrees: ALL },
  'xterm with EOR': { names: ['XTERM'], agrees: [...ALL, EOR] },
  'xterm without SGA': { names: ['XTERM'], agrees: [ECHO, TTYPE, NAWS] },
  'an xterm that says all twice': { names: ['XTERM'], agrees: ALL, twice: true },
  SyncTERM: { names: ['syncterm'], agrees: ALL },
  NetRunner: { names: ['ansi-256color-rgb'], agrees: ALL },
  MagiTerm: { names: ['magiterm'], agrees: ALL },
  'dumb terminal': { names: ['dumb'], agrees: ALL },
  'terminal without a charset of ours': { names: ['xterm'], agrees: [...ALL, CHARSET], charset: null },
  Mudlet: {
    names: ['MUDLET', 'ANSI-TRUECOLOR', 'MTTS 2349'],
    agrees: [...ALL, EOR, CHARSET],
    charset: 'UTF-8',
  },
  'Mudlet for a screen reader': { names: ['MUDLET', 'ANSI-TRUECOLOR', 'MTTS 2413'], agrees: [...ALL, EOR] },
  'TinTin++': { names: ['TINTIN++', 'xterm', 'MTTS 2831'], agrees: [...ALL, EOR], answersWonts: false },
  MUSHclient: { names: ['MUSHclient', 'ANSI', 'MTTS 9'], agrees: [ECHO, TTYPE, NAWS, EOR] },
  TinyFugue: { names: ['TINYFUGUE', 'ANSI-ATTR', 'ANSI', 'UNKNOWN'], agrees: [ECHO, TTYPE, NAWS, EOR] },
  Potato: { names: ['Potato'], agrees: [ECHO, TTYPE, NAWS] },
} as const satisfies Record<string, Client>;
type Name = keyof typeof CLIENTS;

/** A caller with such a client. */
interface Player {
  readonly caller: Caller;
  /** The commands received for this option. */
  heardOf(option: string): string[];
  /** Everything received from the last occurrence of this text on. */
  after(text: string): string[];
}

async function calls(
  port: number,
  { names, agrees = [], charset, answersWonts = true, twice }: Client,
): Promise<Player> {
  const caller = await call(port);
  let asked = 0;
  const says = (...phrases: string[]) => {
    for (const phrase of phrases) for (let n = 0; n < (twice ? 2 : 1); n += 1) caller.says(bytesOf(phrase));
  };
  const on = new Set<string>();
  /** Answers a request that changes the state of an option (RFC 854). */
  const answers = (side: string, option: number, yes: string, no: string, wanted: boolean) => {
    const key = `${side} ${option}`;
    const agreed = wanted && agrees.includes(option);
    if (wanted && !agreed) says(`${no} ${option}`);
    else if (on.has(key) !== wanted) {
      if (wanted) on.add(key);
      else on.delete(key);
      if (wanted || answersWonts) says(`${wanted ? yes : no} ${option}`);
      if (wanted && option === NAWS) says('SB NAWS 0 80 0 24');
    }
  };
  const read = feeding({
    data: () => {},
    command: () => {},
    negotiate(verb, option) {
      // A timing mark is a question, not an option.
      if (option === 6) says('WONT 6');
      else if (verb === WILL || verb === WONT) answers('them', option, 'DO', 'DONT', verb === WILL);
      else if (verb === DO || verb === DONT) answers('us', option, 'WILL', 'WONT', verb === DO);
    },
    subnegotiation(option, payload) {
      if (option === TTYPE) {
        says(`SB TTYPE 0 "${names[Math.min(asked, names.length - 1)]}"`);
        asked += 1;
      } else if (option === CHARSET && payload[0] === 1)
        says(charset ? `SB CHARSET 2 "${charset}"` : 'SB CHARSET 3');
    },
    dropped: () => {},
  });
  // Read the input that arrived before this listener.
  read(Buffer.from(caller.heard, 'latin1'));
  caller.socket.on('data', (text: unknown) => read(Buffer.from(String(text), 'latin1')));
  return {
    caller,
    heardOf: (option) =>
      wordsOf(Buffer.from(caller.heard, 'latin1')).filter((word) => word.endsWith(` ${option}`)),
    after: (text) => wordsOf(Buffer.from(caller.heard.slice(caller.heard.lastIndexOf(text)), 'latin1')),
  };
}

/** Asks for a handle, a password and the password again. */
const twoSecrets: Authenticator = (session) =>
  session.ask('Handle: ').pipe(
    mergeMap((handle) =>
      session.ask('Password: ', { secret: true }).pipe(
        mergeMap(() => session.ask('Again: ', { secret: true })),
        map(() => ({ handle })),
      ),
    ),
  );

const opened: Impulse[] = [];

/** A board whose app writes some non-ASCII text and answers each line. Returns the sessions by handle. */
async function open(authenticate: Authenticator, options: Partial<ImpulseOptions> = {}) {
  const sessions = new Map<string, Session>();
  const app: App = (session) => {
    sessions.set(session.user?.handle ?? '', session);
    const prompt = tap(() => session.prompt('lobby> '));
    session.write('In: café ░\n');
    session.prompt('lobby> ');
    return session.line$.pipe(
      map((line) => session.write(`You said ${line}.\n`)),
      prompt,
      ignoreElements(),
    );
  };
  const impulse = createImpulse({
    port: 0,
    app,
    authenticate: withBanner(null, authenticate),
    connectionRate: null,
    connectionRatePerAddress: null,
    maxPerAddress: null,
    penalties: false,
    maxUnauthenticated: null,
    shutdownGraceMs: 5000,
    ...options,
  });
  opened.push(impulse);
  const { port } = await impulse.start();
  return { port, sessions };
}

/** Resolves when the client has answered all requests: an answer to AYT comes after those. */
async function known({ caller }: Player): Promise<void> {
  await caller.hears(/Handle: /);
  caller.says(bytesOf('AYT'));
  await caller.hears('[Yes]');
  caller.says(bytesOf('AYT'));
  await caller.hears(/\[Yes\][\s\S]*\[Yes\]/);
}

const CURSOR = /\x1b\[\d*[AHJK]/;
const PICTURE = /▀█▀/;
const PC_PICTURE = '\xdf\xdb\xdf';

describe('clients', () => {
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((impulse) => impulse.shutdown('spec over', { force: true })));
  });

  /** Connects such a client, and logs in. */
  async function logsIn(name: Name) {
    const board = await open(twoSecrets);
    const player = await calls(board.port, CLIENTS[name]);
    const { caller } = player;
    await known(player);
    caller.says('ann\r\n');
    await caller.hears('Password: ');
    await known({ ...player });
    caller.says('secret1\r\n');
    await caller.hears('Again: ');
    caller.says('secret2\r\n');
    await caller.hears('In: ');
    await caller.hears('lobby> ');
    return { ...board, ...player, session: board.sessions.get('ann') as Session };
  }

  for (const name of [
    'Mudlet',
    'Mudlet for a screen reader',
    'TinTin++',
    'MUSHclient',
    'TinyFugue',
    'Potato',
  ] as const)
    it(`turns ECHO off for ${name}, except for secrets, and echoes no key twice`, async () => {
      const { caller, heardOf, session, after } = await logsIn(name);
      caller.says('hello\r\n');
      await caller.hears('You said hello.');

      // The second secret follows at once, without a negotiation between them.
      expect(heardOf('ECHO')).toEqual(['WILL ECHO', 'WONT ECHO', 'WILL ECHO', 'WONT ECHO']);
      expect(session.terminal.echo).toBe(false);
      expect(caller.heard).not.toContain('secret');
      expect(after('lobby> ')).not.toContain('"hello"');
      expect(caller.heard.split('hello').length).toBe(2);
    });

  for (const name of ['xterm', 'SyncTERM', 'dumb terminal'] as const)
    it(`keeps ECHO on for ${name}, and echoes all input but secrets`, async () => {
      const { caller, heardOf, session } = await logsIn(name);
      caller.says('hello');
      await caller.hears('hello');

      expect(heardOf('ECHO')).toEqual(['WILL ECHO']);
      expect(session.terminal.echo).toBe(true);
      expect(caller.heard).not.toContain('secret');
    });

  for (const [name, letters] of [
    ['xterm', 'In: caf\xc3\xa9 \xe2\x96\x91'],
    ['SyncTERM', 'In: caf\x82 \xb0'],
    ['NetRunner', 'In: caf\x82 \xb0'],
    ['MagiTerm', 'In: caf\x82 \xb0'],
    ['terminal without a charset of ours', 'In: cafe ?'],
    ['Mudlet', 'In: caf\xc3\xa9 \xe2\x96\x91'],
    ['MUSHclient', 'In: cafe ?'],
    ['TinyFugue', 'In: caf\xc3\xa9 \xe2\x96\x91'],
  ] as const)
    it(`sends ${name} only letters that it can display`, async () => {
      const { caller } = await logsIn(name);
      expect(await caller.hears(/In: [^\r]*\r/)).toContain(letters);
    });

  for (const [name, picture] of [
    ['xterm', Buffer.from('▀█▀').toString('latin1')],
    ['an xterm that says all twice', Buffer.from('▀█▀').toString('latin1')],
    ['SyncTERM', PC_PICTURE],
    ['NetRunner', PC_PICTURE],
    ['MagiTerm', PC_PICTURE],
  ] as const)
    it(`draws the picture once for ${name}`, async () => {
      const { caller } = await logsIn(name);
      expect(caller.heard.split(picture).length).toBe(2);
    });

  for (const name of [
    'Mudlet',
    'Mudlet for a screen reader',
    'TinTin++',
    'MUSHclient',
    'TinyFugue',
    'Potato',
    'dumb terminal',
    'terminal without a charset of ours',
  ] as const)
    it(`greets ${name} once, in plain text`, async () => {
      const { caller } = await logsIn(name);
      const words = BANNER.trim().split('\n').at(-1) as string;
      expect(caller.heard.split(words).length).toBe(2);
      expect(Buffer.from(caller.heard, 'latin1').toString()).not.toMatch(PICTURE);
      if (!name.startsWith('terminal')) expect(caller.heard).not.toMatch(/\x1b(?!\[[\d;:]*m)/);
    });

  for (const [name, isAbove] of [
    ['xterm', true],
    ['SyncTERM', true],
    ['Mudlet', false],
    ['Mudlet for a screen reader', false],
    ['TinTin++', false],
    ['TinyFugue', false],
  ] as const)
    it(`shows a notice ${isAbove ? 'above the prompt' : 'on a line of its own, without moving the cursor,'} for ${name}`, async () => {
      const { caller, session, after } = await logsIn(name);
      const before = caller.heard.length;

      session.notify('bob: hi');
      await caller.hears('bob: hi\r\nlobby> ');

      const heard = caller.heard.slice(before);
      expect(heard.startsWith(isAbove ? '\r\x1b[J' : '\r\n'))
        .withContext(heard)
        .toBe(true);
      expect(CURSOR.test(heard)).toBe(isAbove);
      expect(after('bob: hi').includes('EOR')).toBe(!isAbove);
    });

  it('marks each prompt, redrawn ones too, if the client agreed to it', async () => {
    const { caller } = await logsIn('Mudlet');
    caller.says('hello\r\n');
    await caller.hears(/You said hello\.\r\nlobby> [\s\S]*\xef/);

    // Earlier prompts came before the client had agreed to EOR.
    const known = caller.heard.slice(caller.heard.lastIndexOf('Handle: '));
    const prompts = known.match(/(Handle: |Password: |Again: |lobby> )(?:\xff\xef)?/g);
    expect(prompts?.length).toBe(6);
    for (const prompt of prompts ?? []) expect(prompt).toMatch(/\xff\xef$/);
  });

  for (const [mark, name] of [
    ['\xff\xef', 'xterm with EOR'],
    ['\xff\xf9', 'xterm without SGA'],
  ] as const)
    it(`marks each prompt of ${name}, drawn again too, before the line being typed`, async () => {
      const { caller, session } = await logsIn(name);
      let before = caller.heard.length;
      /** Resolves with what was received since, when it ends so. */
      const hears = async (end: string) => {
        await caller.hears(new RegExp(`^(?=[\\s\\S]{${before + 1}})[\\s\\S]*${end}$`));
        const heard = caller.heard.slice(before);
        before = caller.heard.length;
        return heard;
      };

      caller.says('half');
      expect(await hears('half')).toBe('half');
      session.notify('bob: hi');
      expect(await hears('half')).toBe(`\r\x1b[Jbob: hi\r\nlobby> ${mark}half`);
      caller.says('\x0c');
      expect(await hears('half')).toBe(`\x1b[2J\x1b[Hlobby> ${mark}half`);
      caller.says('\x03');
      expect(await hears(mark)).toBe(`\r\nlobby> ${mark}`);
      session.notify('bob: still here');
      expect(await hears(mark)).toBe(`\r\x1b[Jbob: still here\r\nlobby> ${mark}`);
      caller.says('hello\r\n');
      expect(await hears(mark)).toBe(`hello\r\nYou said hello.\r\nlobby> ${mark}`);
    });

  it('sends a screen reader no colours', async () => {
    const { session } = await logsIn('Mudlet for a screen reader');
    expect(session.terminal).toEqual(
      jasmine.objectContaining({ screenReader: true, colours: false, cursor: false }),
    );
  });

  it('understands the keys of SyncTERM', async () => {
    const { caller } = await logsIn('SyncTERM');
    caller.says('abcd\x1b[H\x7f\x1b[KX\b\bY\r\n');
    expect(await caller.hears(/You said .*\./)).toContain('You said bcY.');
  });

  it('takes DEL as Backspace from xterm', async () => {
    const { caller } = await logsIn('xterm');
    caller.says('abcd\x1b[H\x1b[C\x7f\x1b[FX\x7f\bY\r\n');
    expect(await caller.hears(/You said .*\./)).toContain('You said bcY.');
  });

  it('answers AYT above a half-typed line, which stays whole', async () => {
    const { caller } = await logsIn('xterm');
    caller.says('half');
    await caller.hears('half');
    const before = caller.heard.length;
    caller.says(bytesOf('AYT', 'AYT', 'AYT'));
    await caller.hears(/\[Yes\]\r\nlobby> half$/);

    expect(caller.heard.slice(before)).toBe('\r\x1b[J[Yes]\r\nlobby> half');
    caller.says(' and half\r\n');
    await caller.hears('You said half and half.');
  });

  it('ignores a window of size zero', async () => {
    const { caller, session } = await logsIn('xterm');
    caller.says(bytesOf('SB NAWS 0 0 0 0', '"x"'));
    await caller.hears(/lobby> x/);
    expect([session.terminal.columns, session.terminal.rows]).toEqual([80, 24]);
  });

  it('passes on what follows ESC ESC in the same packet at the gate', async () => {
    const { port, sessions } = await open(twoSecrets, { gate: true });
    const caller = await call(port);
    await caller.hears('Press ESC twice');
    caller.says('\x1b\x1bann\r\nsecret1\r\nsecret2\r\n');

    await caller.hears('lobby> ');

    expect([...sessions.keys()]).toEqual(['ann']);
  });

  it('echoes what a raw terminal types that negotiates nothing, but no secret', async () => {
    const { port, sessions } = await open(twoSecrets);
    const caller = await call(port);
    await caller.hears('Handle: ');
    // Ctrl-L, twice: each is a key of its own packet, since its answer is awaited.
    caller.says('\x0c');
    await caller.hears(/Handle: \r\nHandle: $/);
    caller.says('\x0c');
    await caller.hears(/(Handle: \r\n){2}Handle: $/);
    caller.says('an');
    await caller.hears(/Handle: an$/);
    caller.says('\x7fnn\r');
    await caller.hears('Password: ');
    caller.says('secret1\r');
    await caller.hears('Again: ');
    caller.says('secret2\r');
    await caller.hears('lobby> ');
    caller.says('hello');
    await caller.hears(/lobby> hello$/);

    expect(sessions.get('ann')?.terminal.echo).toBe(true);
    expect(caller.heard).not.toContain('secret');
    expect(caller.heard).not.toContain('\xff\xfc');
  });

  it('echoes nothing to a client that sends lines, whole or cut in two', async () => {
    const { port, sessions } = await open(twoSecrets);
    const caller = await call(port);
    await caller.hears('Handle: ');
    caller.says('ann\nsecret1\nsecret2\n');
    await caller.hears('lobby> ');
    const session = sessions.get('ann') as Session;
    for (const [begun, rest] of [
      ['hal', 'f\n'],
      ['y', '\n'],
    ] as const) {
      const before = session.bytesIn;
      caller.says(begun);
      while (session.bytesIn < before + begun.length) await new Promise((resolve) => setImmediate(resolve));
      caller.says(rest);
      await caller.hears(`You said ${begun}${rest.trim()}.`);
    }

    expect(session.terminal.echo).toBe(false);
    expect(caller.heard.split('half').length).toBe(2);
  });

  it('stops negotiating, even if every request is answered twice', async () => {
    const { caller, heardOf } = await logsIn('an xterm that says all twice');
    for (const option of ['ECHO', 'SGA', 'NAWS', 'TTYPE', 'BINARY', 'CHARSET', 'EOR'])
      expect(heardOf(option).length).withContext(option).toBeLessThanOrEqual(4);
    caller.says('still here\r\n');
    await caller.hears('You said still here.');
  });
});
