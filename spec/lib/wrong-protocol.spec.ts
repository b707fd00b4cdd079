import { filter, firstValueFrom } from 'rxjs';
import { lobby } from '../../lib/apps/lobby/lobby.js';
import { createImpulse, type Impulse, type ImpulseOptions } from '../../lib/create-impulse.js';
import type { TimedEvent } from '../../streams/types/events.js';
import { call, logIn } from '../support/caller.js';
import { bytesOf } from '../support/telnet-words.js';

const GREETING = /^(?:\xff[\xfb-\xfe].)*Handle: /s;

describe('a client that speaks another protocol', () => {
  const boards: Impulse[] = [];
  afterEach(async () => {
    await Promise.all(boards.splice(0).map((board) => board.shutdown('the spec is over', { force: true })));
  });

  /** Opens a board without admission limits, and records its events. */
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
    const events: TimedEvent[] = [];
    impulse.event$.subscribe((event) => events.push(event));
    const { port } = await impulse.start();
    const happens = (type: TimedEvent['type']) =>
      firstValueFrom(impulse.event$.pipe(filter((event) => event.type === type)));
    const types = () => events.map(({ type }) => type).filter((type) => type !== 'serverListening');
    return { impulse, port, events, types, happens };
  }
  /** Sends first bytes, and returns the answer after the greeting, up to the hang-up. */
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
    it(`is answered in ${protocol}, and gets no session`, async () => {
      const { impulse, port, types, events } = await open();
      expect((await answerTo(port, first)).startsWith(answer)).toBeTrue();
      expect(types()).toEqual(['connectionRefused']);
      expect(events.at(-1)).toEqual({
        type: 'connectionRefused',
        at: jasmine.any(Number) as never,
        address: '127.0.0.1',
        transport: 'telnet',
        reason: 'wrong-protocol',
        protocol,
      });
      expect(impulse.sessions.size).toBe(0);
    });
  }

  it('is recognised in two packets, too', async () => {
    const { port, types } = await open();
    const caller = await call(port);
    caller.says('GE');
    caller.socket.setNoDelay(true);
    await caller.hears('Handle: ');
    caller.says('T / HTTP/1.0\r\n\r\n');
    expect(await caller.gone).toContain('HTTP/1.0 400');
    expect(types()).toEqual(['connectionRefused']);
  });

  it('is neither announced nor listed among the last callers, whatever it sends next', async () => {
    const { port } = await open();
    const ann = await logIn(port, 'ann');
    await answerTo(port, 'EHLO scanner\r\nMAIL FROM:<a@example.org>\r\nscanner\r\n');
    await answerTo(port, 'SSH-2.0-Go\r\nscanner\r\n');
    ann.says('/last\r\n/who\r\n');
    await ann.hears('1  ann');
    expect(ann.heard).not.toMatch(/scanner|SSH/);
  });

  it('takes no node: five of them fill neither a board of five nor its waiting room', async () => {
    const { port, types } = await open({ maxSessions: 5, waitingRoom: 0 });
    for (let round = 0; round < 2; round += 1)
      await Promise.all(Array.from({ length: 5 }, () => answerTo(port, 'GET / HTTP/1.0\r\n\r\n')));
    await logIn(port, 'ann');
    expect(types().filter((type) => type === 'connectionRefused').length).toBe(10);
    expect(types().filter((type) => type === 'sessionOpened').length).toBe(1);
  });

  it('is penalised when it repeats', async () => {
    const { port, events } = await open({ penalties: true });
    await answerTo(port, 'GET / HTTP/1.0\r\n\r\n');
    await answerTo(port, '\x16\x03\x01\x00\xa5\x01');
    expect(events.at(-1)).toEqual(
      jasmine.objectContaining({ type: 'addressPenalised', offence: 'wrong-protocol' }),
    );
    expect(await answerTo(port, '')).toContain('Your address is blocked for a while.');
  });

  it('is refused at the gate with the right reason', async () => {
    const { port, events } = await open({ gate: true });
    const caller = await call(port);
    await caller.hears('Press ESC twice');
    caller.says('GET / HTTP/1.0\r\n\r\n');
    expect(await caller.gone).toContain('HTTP/1.0 400');
    expect(events.at(-1)).toEqual(
      jasmine.objectContaining({ type: 'connectionRefused', reason: 'wrong-protocol', protocol: 'HTTP' }),
    );
  });

  it('is recognised only by its first bytes; after telnet commands they are input', async () => {
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

  it('gets a session if it is silent at first, which its first bytes end', async () => {
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

  describe('that asks for the status in text', () => {
    const STATUS =
      /\r\nMSSP-REPLY-START\r\nNAME\tThe Night Shift\r\nPLAYERS\t1\r\nUPTIME\t\d+\r\nMSSP-REPLY-END\r\n$/;

    it('gets the status, and no session', async () => {
      const { port, events } = await open();
      await logIn(port, 'ann');
      const before = events.length;
      expect(await answerTo(port, 'MSSP-REQUEST\r\n')).toMatch(STATUS);
      expect(events.slice(before)).toEqual([
        {
          type: 'connectionRefused',
          at: jasmine.any(Number) as never,
          address: '127.0.0.1',
          transport: 'telnet',
          reason: 'crawler',
        },
      ]);
    });

    it('gets the status after telnet commands as well', async () => {
      const { port } = await open();
      await logIn(port, 'ann');
      const caller = await call(port);
      caller.says(bytesOf('DONT ECHO'));
      await caller.hears('Handle: ');
      caller.says('MSSP-REQUEST\r\n');
      expect(await caller.gone).toMatch(STATUS);
    });

    it("isn't penalised", async () => {
      const { port, events } = await open({ penalties: true });
      for (let time = 0; time < 5; time += 1) await answerTo(port, 'MSSP-REQUEST\r\n');
      expect(events.some(({ type }) => type === 'addressPenalised')).toBeFalse();
    });

    it('is answered only at first; later the request is a line of input', async () => {
      const { port } = await open();
      const ann = await logIn(port, 'ann');
      ann.says('MSSP-REQUEST\r\n');
      await ann.hears('Nobody else is in this room to hear it.');
      expect(ann.heard).not.toContain('MSSP-REPLY');
    });
  });
});

describe('a session', () => {
  it("is opened before its caller's input is read", async () => {
    const impulse = createImpulse({ port: 0, app: lobby(), connectionRatePerAddress: null });
    const types: string[] = [];
    impulse.event$.subscribe(({ type }) => types.push(type));
    const { port } = await impulse.start();
    const ann = await logIn(port, 'ann');
    expect(types).toEqual(['serverListening', 'sessionOpened', 'sessionAuthenticated']);
    ann.hangUp();
    await impulse.shutdown();
  });

  it('of a caller who hangs up without input is opened and closed', async () => {
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
