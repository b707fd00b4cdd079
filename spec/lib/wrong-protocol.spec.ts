import { filter, firstValueFrom } from 'rxjs';
import { createImpulse, type Impulse, type ImpulseOptions } from '../../lib/create-impulse.js';
import { lobby } from '../../lib/lobby/lobby.js';
import type { ServerEvent } from '../../streams/types/events.js';
import { call, logIn } from '../support/caller.js';
import { bytesOf } from '../support/telnet-words.js';

const GREETING = /^(?:\xff[\xfb-\xfe].)*Handle: /s;

describe('a caller who takes the board for another server', () => {
  const boards: Impulse[] = [];
  afterEach(async () => {
    await Promise.all(boards.splice(0).map((board) => board.shutdown('the spec is over', { force: true })));
  });

  /** A board whose door is no limit, and what happens on it. */
  async function open(options: Partial<ImpulseOptions> = {}) {
    const impulse = createImpulse({
      port: 0,
      app: lobby(),
      connectionRate: null,
      connectionRatePerAddress: null,
      maxPerAddress: null,
      maxUnauthenticated: null,
      penalties: false,
      name: 'The Night Shift',
      ...options,
    });
    boards.push(impulse);
    const events: ServerEvent[] = [];
    impulse.event$.subscribe((event) => events.push(event));
    const { port } = await impulse.start();
    const happens = (type: ServerEvent['type']) =>
      firstValueFrom(impulse.event$.pipe(filter((event) => event.type === type)));
    const types = () => events.map(({ type }) => type).filter((type) => type !== 'serverListening');
    return { impulse, port, events, types, happens };
  }
  /** What somebody hears behind the greeting who begins so; they are hung up on. */
  async function answerTo(port: number, first: string): Promise<string> {
    const caller = await call(port);
    caller.says(Buffer.from(first, 'latin1'));
    return (await caller.gone).replace(GREETING, '');
  }

  for (const [protocol, first, answer] of [
    ['HTTP', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', '\r\nHTTP/1.0 400 This is a telnet board\r\n'],
    ['TLS', '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03', '\x15\x03\x01\x00\x02\x02\x46'],
    ['SSH', 'SSH-2.0-Go\r\n', '\r\nThis is a telnet board.\r\n'],
    ['SMTP', 'EHLO scanner\r\n', '\r\n554 This is a telnet board\r\n'],
    ['Redis', '*1\r\n$4\r\nINFO\r\n', '\r\n-ERR This is a telnet board\r\n'],
    ['SMB', '\x00\x00\x00\xa4\xffSMB\x72\x00\x00\x00\x00\x08\x01\x40', ''],
    [
      'PROXY',
      '\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\x7f\x00\x00\x01\x7f\x00\x00\x01\xdc\x04\x09\x13',
      '\r\nThe board',
    ],
    ['SOCKS', '\x05\x04\x00\x01\x02\x80', '\x05\xff'],
  ] as const) {
    it(`is answered in ${protocol}, and never is a session`, async () => {
      const { impulse, port, types, events } = await open();
      expect((await answerTo(port, first)).startsWith(answer)).toBeTrue();
      expect(types()).toEqual(['connectionRefused']);
      expect(events.at(-1)).toEqual({
        type: 'connectionRefused',
        address: '127.0.0.1',
        reason: 'wrong-protocol',
        protocol,
      });
      expect(impulse.sessions.size).toBe(0);
    });
  }

  it('is known in two packets, too', async () => {
    const { port, types } = await open();
    const caller = await call(port);
    caller.says('GE');
    caller.socket.setNoDelay(true);
    await caller.hears('Handle: ');
    caller.says('T / HTTP/1.0\r\n\r\n');
    expect(await caller.gone).toContain('HTTP/1.0 400');
    expect(types()).toEqual(['connectionRefused']);
  });

  it('is neither announced, nor among the last callers, whatever follows', async () => {
    const { port } = await open();
    const ann = await logIn(port, 'ann');
    await answerTo(port, 'EHLO scanner\r\nMAIL FROM:<a@example.org>\r\nscanner\r\n');
    await answerTo(port, 'SSH-2.0-Go\r\nscanner\r\n');
    ann.says('/last\r\n/who\r\n');
    await ann.hears('1  ann');
    expect(ann.heard).not.toMatch(/scanner|SSH/);
  });

  it('holds no node: five of them fill no board of five, nor its waiting room', async () => {
    const { port, types } = await open({ maxSessions: 5, waitingRoom: 0 });
    for (let round = 0; round < 2; round += 1)
      await Promise.all(Array.from({ length: 5 }, () => answerTo(port, 'GET / HTTP/1.0\r\n\r\n')));
    await logIn(port, 'ann');
    expect(types().filter((type) => type === 'connectionRefused').length).toBe(10);
    expect(types().filter((type) => type === 'sessionOpened').length).toBe(1);
  });

  it('is kept out when it goes on', async () => {
    const { port, events } = await open({ penalties: true });
    await answerTo(port, 'GET / HTTP/1.0\r\n\r\n');
    await answerTo(port, '\x16\x03\x01\x00\xa5\x01');
    expect(events.at(-1)).toEqual(
      jasmine.objectContaining({ type: 'addressPenalised', offence: 'wrong-protocol' }),
    );
    expect(await answerTo(port, '')).toContain('Your address has to wait a while.');
  });

  it('is refused at the gate, as what it is', async () => {
    const { port, events } = await open({ gate: true });
    const caller = await call(port);
    await caller.hears('Press ESC twice');
    caller.says('GET / HTTP/1.0\r\n\r\n');
    expect(await caller.gone).toContain('HTTP/1.0 400');
    expect(events.at(-1)).toEqual(
      jasmine.objectContaining({ type: 'connectionRefused', reason: 'wrong-protocol', protocol: 'HTTP' }),
    );
  });

  it('is one who speaks so at first only: behind telnet it is typed', async () => {
    const { port } = await open();
    const caller = await call(port);
    caller.says(bytesOf('DO ECHO'));
    await caller.hears('Handle: ');
    caller.says('GET / HTTP/1.0\r\n');
    await caller.hears('Please use 2 to 20 letters');
    caller.says('ann\r\n');
    await caller.hears('Welcome, ann!');
    caller.says('EHLO scanner\r\n');
    await caller.hears('Nobody else is in this room to hear it.');
    expect(caller.heard).not.toContain('554');
  });

  it('had a session if it said nothing for a while, and ends it', async () => {
    const { port, types, events, happens } = await open();
    const opened = happens('sessionOpened');
    const caller = await call(port);
    await opened;
    const closed = happens('sessionClosed');
    caller.says('EHLO scanner\r\n');
    await closed;
    expect(types()).toEqual(['sessionOpened', 'sessionClosing', 'sessionClosed']);
    expect(events.at(-1)).toEqual(jasmine.objectContaining({ reason: 'wrong-protocol', flushed: true }));
  });

  describe('that asks for the status in words', () => {
    const STATUS =
      /\r\nMSSP-REPLY-START\r\nNAME\tThe Night Shift\r\nPLAYERS\t1\r\nUPTIME\t\d+\r\nMSSP-REPLY-END\r\n$/;

    it('gets it, and is no session', async () => {
      const { port, events } = await open();
      await logIn(port, 'ann');
      const before = events.length;
      expect(await answerTo(port, 'MSSP-REQUEST\r\n')).toMatch(STATUS);
      expect(events.slice(before)).toEqual([
        { type: 'connectionRefused', address: '127.0.0.1', reason: 'crawler' },
      ]);
    });

    it('gets it behind telnet as well', async () => {
      const { port } = await open();
      await logIn(port, 'ann');
      const caller = await call(port);
      caller.says(bytesOf('DONT ECHO'));
      await caller.hears('Handle: ');
      caller.says('MSSP-REQUEST\r\n');
      expect(await caller.gone).toMatch(STATUS);
    });

    it('is no offence', async () => {
      const { port, events } = await open({ penalties: true });
      for (let time = 0; time < 5; time += 1) await answerTo(port, 'MSSP-REQUEST\r\n');
      expect(events.some(({ type }) => type === 'addressPenalised')).toBeFalse();
    });

    it('asks at first only: later it is a line', async () => {
      const { port } = await open();
      const ann = await logIn(port, 'ann');
      ann.says('MSSP-REQUEST\r\n');
      await ann.hears('Nobody else is in this room to hear it.');
      expect(ann.heard).not.toContain('MSSP-REPLY');
    });
  });
});

describe('a session', () => {
  it('is opened before anything that its caller types is heard', async () => {
    const impulse = createImpulse({ port: 0, app: lobby(), connectionRatePerAddress: null });
    const types: string[] = [];
    impulse.event$.subscribe(({ type }) => types.push(type));
    const { port } = await impulse.start();
    const ann = await logIn(port, 'ann');
    expect(types).toEqual(['serverListening', 'sessionOpened', 'sessionAuthenticated']);
    ann.hangUp();
    await impulse.shutdown();
  });

  it('of a caller who hangs up without a word is opened and closed', async () => {
    const impulse = createImpulse({ port: 0, app: lobby(), connectionRatePerAddress: null });
    const types: string[] = [];
    impulse.event$.subscribe(({ type }) => types.push(type));
    const { port } = await impulse.start();
    const closed = firstValueFrom(impulse.event$.pipe(filter(({ type }) => type === 'sessionClosed')));
    const caller = await call(port);
    await caller.hears('Handle: ');
    caller.hangUp();
    await closed;
    expect(types).toEqual(['serverListening', 'sessionOpened', 'sessionClosing', 'sessionClosed']);
    await impulse.shutdown();
  });
});
