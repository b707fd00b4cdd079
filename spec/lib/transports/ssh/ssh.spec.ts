import { once } from 'node:events';
import { join } from 'node:path';
import { AsyncSubject, concat, EMPTY, filter, firstValueFrom, map, mergeMap, NEVER, of, tap } from 'rxjs';
import ssh2, { type AnyAuthMethod } from 'ssh2';
import { passwords } from '../../../../lib/accounts/passwords.js';
import { createImpulse, type Impulse, type ImpulseOptions } from '../../../../lib/create-impulse.js';
import { hostKeyFile } from '../../../../lib/transports/ssh/host-key.js';
import { ssh } from '../../../../lib/transports/ssh/ssh.js';
import { telnet } from '../../../../lib/transports/telnet/telnet.js';
import type { TimedEvent } from '../../../../streams/types/events.js';
import { call } from '../../../support/caller.js';
import { temporaryFolder, writeAccounts } from '../../../support/cheap-accounts.js';
import { callSsh, connectSsh, hangUpSsh } from '../../../support/ssh-caller.js';

const { utils } = ssh2;

describe('ssh', () => {
  const folder = temporaryFolder();
  const hostKey = hostKeyFile(join(folder.path, 'host_key')).key;
  afterAll(() => folder.remove());

  const opened: Impulse[] = [];
  afterEach(async () => {
    hangUpSsh();
    await Promise.all(opened.splice(0).map((impulse) => impulse.shutdown('done', { force: true })));
  });

  async function open(options: Partial<ImpulseOptions> = {}) {
    const impulse = createImpulse({
      app: (session) => session.line$.pipe(map((line) => `${session.transport} says ${line}\n`)),
      penalties: false,
      maxPerAddress: null,
      connectionRatePerAddress: null,
      listeners: [ssh({ port: 0, hostKey }), telnet({ port: 0 })],
      ...options,
    });
    opened.push(impulse);
    const events: TimedEvent[] = [];
    impulse.event$.subscribe((event) => events.push(event));
    await impulse.start();
    const [port, plain] = impulse.addresses.map(({ port }) => port) as [number, number];
    const seen = (type: TimedEvent['type']) =>
      firstValueFrom(impulse.event$.pipe(filter((event) => event.type === type)));
    return { impulse, events, port, plain, seen };
  }

  /** A board of which ann has an account, and the private key for it. */
  async function openWithAccounts(options: Partial<ImpulseOptions> = {}) {
    const file = join(folder.path, `accounts-${opened.length}-${Math.random()}`);
    const keys = utils.generateKeyPairSync('ed25519');
    const [type, base64] = keys.public.split(' ');
    await writeAccounts(
      file,
      { ann: 'correct horse', bob: 'battery staple' },
      { ann: [`${type} ${base64}`] },
    );
    return { ...(await open({ authenticate: passwords(file), ...options })), privateKey: keys.private };
  }

  describe('with a board without accounts', () => {
    it('lets everybody in, and offers the name as a handle, on one board with the other listeners', async () => {
      const { impulse, events, port, plain } = await open();
      const ann = await callSsh(port);
      expect(await ann.hears('Handle [ann]: ')).toBeTrue();
      ann.says('\rhello\r');
      expect(await ann.hears('ssh says hello')).toBeTrue();
      const bob = await call(plain);
      bob.says('bob\r\nhello\r\n');
      await bob.hears('telnet says hello');
      expect([...impulse.sessions.values()].map(({ transport, user }) => [transport, user?.handle])).toEqual([
        ['ssh', 'ann'],
        ['telnet', 'bob'],
      ]);
      await impulse.shutdown('done', { force: true });
      await Promise.all([ann.gone, bob.gone]);
      const ends = events.filter(({ type }) => type === 'sessionClosed' || type === 'sessionOpened');
      expect(ends.length).toBe(4);
    });

    it('offers no name that may not be a handle', async () => {
      const { port } = await open();
      for (const username of ['root', 'sysop', 'a\x1b[2J', '']) {
        const caller = await callSsh(port, { username });
        expect(await caller.hears('Handle')).toBeTrue();
        expect(caller.heard).toBe('Handle: ');
        caller.client.end();
        await caller.gone;
      }
    });

    it('accepts a password or a key as well, which nobody asked for', async () => {
      const { port } = await open();
      const caller = await callSsh(port, { password: 'secret', authHandler: ['password'] });
      expect(await caller.hears('Handle [ann]: ')).toBeTrue();
    });

    it('lets a caller in to the prompts of an authenticator that knows nothing of SSH', async () => {
      const { port } = await open({
        authenticate: (session) => session.ask('Who? ').pipe(map((handle) => ({ handle }))),
      });
      const caller = await callSsh(port);
      expect(await caller.hears('Who? ')).toBeTrue();
      caller.says('ann\rhello\r');
      expect(await caller.hears('ssh says hello')).toBeTrue();
    });
  });

  describe('with accounts', () => {
    it('takes a password, or a password that was asked for, and asks for nothing on the terminal', async () => {
      const { port, seen, impulse } = await openWithAccounts();
      const password = 'correct horse';
      const username = 'ANN';
      const ways: AnyAuthMethod[] = [
        { type: 'password', username, password },
        {
          type: 'keyboard-interactive',
          username,
          prompt: (_name, _instructions, _language, [asked], finish) =>
            finish([asked?.prompt === 'Password: ' && !asked.echo ? password : '']),
        },
      ];
      for (const way of ways) {
        const known = seen('sessionAuthenticated');
        const ann = await callSsh(port, { username, authHandler: [way] });
        expect(await known).toEqual(jasmine.objectContaining({ handle: 'ann' } as never));
        ann.says('hello\r');
        expect(await ann.hears('ssh says hello')).toBeTrue();
        expect(ann.heard).not.toContain('Handle');
      }
      expect(impulse.sessions.size).toBe(2);
    });

    it('takes a public key of the account, and no other', async () => {
      const { port, seen, events, privateKey } = await openWithAccounts();
      const known = seen('sessionAuthenticated');
      await callSsh(port, { privateKey });
      expect(await known).toEqual(jasmine.objectContaining({ handle: 'ann' } as never));
      const other = utils.generateKeyPairSync('ed25519').private;
      await expectAsync(connectSsh(port, { privateKey: other })).toBeRejectedWithError(/authentication/);
      await expectAsync(connectSsh(port, { privateKey, username: 'bob' })).toBeRejectedWithError(/auth/);
      // Nobody guesses a key, and an agent offers all it has.
      expect(events.map(({ type }) => type)).not.toContain('loginAttemptFailed');
    });

    it('takes RSA keys with SHA-2, and ECDSA', async () => {
      const file = join(folder.path, 'more-accounts');
      for (const [type, bits] of [
        ['rsa', 2048],
        ['ecdsa', 256],
      ] as const) {
        const keys = utils.generateKeyPairSync(type as 'rsa', { bits } as never);
        await writeAccounts(file, { ann: 'x' }, { ann: [keys.public.split(' ').slice(0, 2).join(' ')] });
        const { port } = await open({ authenticate: passwords(file) });
        expect(await connectSsh(port, { privateKey: keys.private })).toBeDefined();
      }
    });

    it('refuses a wrong password, an unknown name and no proof alike, and reports the first two', async () => {
      const { port, events } = await openWithAccounts();
      for (const config of [{ password: 'wrong' }, { username: 'nobody', password: 'correct horse' }, {}])
        await expectAsync(connectSsh(port, config)).toBeRejectedWithError(/All configured authentication/);
      const failed = events.filter((event) => event.type === 'loginAttemptFailed');
      expect(failed).toEqual([
        jasmine.objectContaining({ handle: 'ann', attempt: 1 }),
        jasmine.objectContaining({ handle: 'nobody', attempt: 1 }),
      ] as never);
    });

    it('ends the session at the third wrong password, and says so', async () => {
      const { port, seen } = await openWithAccounts();
      const closed = seen('sessionClosed');
      const told: string[] = [];
      const calling = connectSsh(port, {
        authHandler: (_left, _partial, next) =>
          next({ type: 'password', username: 'ann', password: 'wrong' }),
        debug: (line) => told.push(line),
      });
      await expectAsync(calling).toBeRejected();
      expect(await closed).toEqual(jasmine.objectContaining({ reason: 'login-failed' } as never));
      expect(told).toContain('Inbound: Received DISCONNECT (11, "Login failed. Goodbye!")');
    });

    it('ends the session of a client that offers without end', async () => {
      const { port, seen } = await openWithAccounts();
      const closed = seen('sessionClosed');
      await expectAsync(
        connectSsh(port, { authHandler: (_left, _partial, next) => next({ type: 'none', username: 'ann' }) }),
      ).toBeRejected();
      expect(await closed).toEqual(jasmine.objectContaining({ reason: 'login-failed' } as never));
    });

    it('counts the sessions of a user', async () => {
      const { port } = await openWithAccounts({ maxPerUser: 1, perUserPolicy: 'deny' });
      const config = { password: 'correct horse' };
      await (await callSsh(port, config)).says('');
      const second = await callSsh(port, config);
      expect(await second.hears('You are on line once already')).toBeTrue();
      await second.gone;
    });

    it('has a caller who proved to be ann wait for the terminal, until the login deadline', async () => {
      const { port, seen } = await openWithAccounts({ loginTimeoutMs: 300 });
      const closed = seen('sessionClosed');
      await connectSsh(port, { password: 'correct horse' });
      expect(await closed).toEqual(jasmine.objectContaining({ reason: 'login-timeout' } as never));
    });

    it('asks a caller who waited for a node on the terminal', async () => {
      const { port } = await openWithAccounts({ maxSessions: 1, waitingRoom: 1 });
      const ann = await callSsh(port, { password: 'correct horse' });
      const bob = await callSsh(port, { username: 'bob' });
      expect(await bob.hears('You are number 1')).toBeTrue();
      ann.client.end();
      expect(await bob.hears('Handle: ')).toBeTrue();
      bob.says('bob\rbattery staple\r\r');
      expect(await bob.hears('ssh says')).toBeTrue();
    });
  });

  describe('the terminal', () => {
    const shows = (options: Partial<ImpulseOptions> = {}) =>
      open({
        app: (session) =>
          session.terminal$.pipe(
            map(
              ({ columns, rows, type, encoding, echo, colours }) =>
                `${JSON.stringify([columns, rows, type, encoding, echo, colours])}\n`,
            ),
          ),
        ...options,
      });

    it('is that of the client: type, encoding, window, and the board echoes', async () => {
      const { port } = await shows();
      const ann = await callSsh(port, {}, { term: 'xterm-256color', cols: 100, rows: 30 });
      ann.says('\r');
      expect(await ann.hears('[100,30,"xterm-256color","utf-8",true,true]')).toBeTrue();
      ann.shell.setWindow(40, 132, 0, 0);
      expect(await ann.hears('[132,40,')).toBeTrue();
      ann.shell.setWindow(0, 4_000_000_000, 0, 0);
      expect(await ann.hears('[1000,24,')).toBeTrue();
      const bob = await callSsh(port, { username: 'bob' }, { term: 'syncterm' });
      bob.says('\r');
      expect(await bob.hears('"syncterm","cp437",true,true]')).toBeTrue();
    });

    it('has whole lines and no echo without a pseudo-terminal', async () => {
      const { port } = await open();
      const ann = await callSsh(port, {}, false);
      ann.says('\nhello\n');
      expect(await ann.hears('ssh says hello\r\n')).toBeTrue();
      expect(ann.heard).toBe('Handle [ann]: ssh says hello\r\n');
    });
  });

  describe('refuses', () => {
    it('a command with one line and the exit code 1', async () => {
      const { port, seen } = await open();
      const closed = seen('sessionClosed');
      const client = await connectSsh(port);
      const { code, said } = await new Promise<{ code: number; said: string }>((resolve) => {
        client.exec('ls', (_error, channel) => {
          let said = '';
          channel.stderr.on('data', (text) => {
            said += text;
          });
          channel.on('data', () => {});
          channel.on('close', (code: number) => resolve({ code, said }));
        });
      });
      expect([code, said]).toEqual([
        1,
        'This is a board: it runs no commands. Please call it without one.\r\n',
      ]);
      expect(await closed).toEqual(jasmine.objectContaining({ reason: 'hangup' } as never));
    });

    it('files, forwarding both ways, an agent, the environment, and a second shell', async () => {
      const { port } = await open();
      const ann = await callSsh(port);
      const { client } = ann;
      const refused = (act: (done: (error?: Error | null) => void) => unknown) =>
        new Promise<boolean>((resolve) => act((error) => resolve(error !== undefined && error !== null)));
      expect(await refused((done) => client.sftp(done))).toBeTrue();
      expect(await refused((done) => client.shell(done))).toBeTrue();
      expect(await refused((done) => client.forwardIn('127.0.0.1', 0, done))).toBeTrue();
      expect(await refused((done) => client.forwardOut('127.0.0.1', 1, '127.0.0.1', 22, done))).toBeTrue();
      expect(await refused((done) => client.openssh_forwardInStreamLocal('/tmp/x', done))).toBeTrue();
      expect(await refused((done) => client.subsys('netconf', done))).toBeTrue();
      ann.says('\rstill here\r');
      expect(await ann.hears('ssh says still here')).toBeTrue();
    });

    it('a client that speaks something else, as wrong-protocol', async () => {
      const { port, seen } = await open();
      for (const [words, protocol] of [
        ['GET / HTTP/1.1\r\nHost: x\r\n\r\n', 'HTTP'],
        ['hello, is this a board?\r\n', undefined],
        ['\r'.repeat(300), undefined],
        [`SSH-2.0-${'x'.repeat(300)}`, undefined],
      ] as const) {
        const refused = seen('connectionRefused');
        const caller = await call(port);
        caller.says(words);
        expect(await refused).toEqual(
          jasmine.objectContaining({ reason: 'wrong-protocol', ...(protocol ? { protocol } : {}) } as never),
        );
        await caller.gone;
      }
    });

    it('a caller of a full board and a blocked one, who get no handshake and are told why', async () => {
      const full = await open({ maxSessions: 1, waitingRoom: 0 });
      await callSsh(full.port);
      await expectAsync(connectSsh(full.port)).toBeRejectedWithError(/busy/);
      const raw = await call(full.port);
      expect(await raw.gone).toMatch(/^SSH-2\.0-Impulse\r\n\0\0\0[\s\S]{2}\x01\0\0\0\x0c[\s\S]*busy/);
      const blocked = await open({ blocked: () => true });
      const refused = blocked.seen('connectionRefused');
      await expectAsync(connectSsh(blocked.port)).toBeRejected();
      expect(await refused).toEqual(
        jasmine.objectContaining({ reason: 'blocked', transport: 'ssh' } as never),
      );
    });
  });

  it('counts a caller who never finishes the handshake as not logged in, and tells it at the deadline', async () => {
    const { port, seen } = await open({ loginTimeoutMs: 50 });
    for (const words of ['', 'SSH-2.0-slow\r\n']) {
      const closed = seen('sessionClosed');
      const caller = await call(port);
      caller.says(words);
      expect(await closed).toEqual(
        jasmine.objectContaining({ reason: 'login-timeout', transport: 'ssh' } as never),
      );
      expect(await caller.gone).toContain('That took too long.');
    }
  });

  it('shows a waiting caller the position, and then the board', async () => {
    const { port } = await open({ maxSessions: 1, waitingRoom: 1 });
    const ann = await callSsh(port);
    const bob = await callSsh(port, { username: 'bob' });
    expect(await bob.hears('You are number 1')).toBeTrue();
    ann.client.end();
    expect(await bob.hears('Handle')).toBeTrue();
    bob.says('bob\rhello\r');
    expect(await bob.hears('ssh says hello')).toBeTrue();
  });

  it('says goodbye when it kicks or drains, and lets the client exit with 0', async () => {
    const { impulse, port } = await open();
    const [ann, bob] = [await callSsh(port), await callSsh(port, { username: 'bob' })];
    for (const caller of [ann, bob]) {
      expect(await caller.hears('Handle')).toBeTrue();
      caller.says('\r\r');
      expect(await caller.hears('ssh says')).toBeTrue();
    }
    const exited = once(ann.shell, 'exit');
    const [id = 0] = impulse.sessions.keys();
    impulse.kick(id);
    expect((await exited)[0]).toBe(0);
    await ann.gone;
    const report = impulse.shutdown('maintenance');
    expect(await bob.hears('The board')).toBeTrue();
    bob.client.end();
    expect((await report).reason).toBe('maintenance');
  });

  it('ends a session when the client is lost, or closes only its shell', async () => {
    const { port, seen } = await open();
    for (const leave of ['destroy', 'close'] as const) {
      const closed = seen('sessionClosed');
      const ann = await callSsh(port);
      expect(await ann.hears('Handle')).toBeTrue();
      if (leave === 'destroy') ann.client.destroy();
      else ann.shell.close();
      expect(await closed).toEqual(jasmine.objectContaining({ reason: 'hangup' } as never));
      await ann.gone;
    }
  });

  it('ends the session of a client that never reads as slow, and keeps no more than the limit', async () => {
    const text = 'x'.repeat(10_000);
    const { impulse, port, seen } = await open({
      outputLimitBytes: 64 * 1024,
      app: (session) => {
        const flood = () => {
          for (let i = 0; i < 20; i++) session.write(text);
          if (impulse.sessions.size > 0) setImmediate(flood);
        };
        flood();
        return NEVER;
      },
    });
    const closed = seen('sessionClosed');
    const ann = await callSsh(port);
    expect(await ann.hears('Handle')).toBeTrue();
    ann.shell.pause();
    ann.says('\r');
    const { reason, bytesOut } = (await closed) as { reason: string; bytesOut: number };
    expect(reason).toBe('slow');
    // The client's window, and our limit.
    expect(bytesOut).toBeLessThan(4 * 1024 * 1024);
  });

  it('loses nothing of what is written before the terminal is open, or faster than the client reads', async () => {
    const { port } = await open({
      authenticate: (session) => {
        session.write('early\n');
        return session.ask('? ').pipe(map((handle) => ({ handle })));
      },
      outputLimitBytes: 32 * 1024 * 1024,
      app: () => concat(of(Buffer.alloc(8 * 1024 * 1024, 'y'), 'the end\n'), NEVER),
    });
    const ann = await callSsh(port);
    expect(await ann.hears('early\r\n? ')).toBeTrue();
    ann.says('ann\r');
    expect(await ann.hears('the end')).toBeTrue();
    expect(ann.heard.match(/y{2,}/)?.[0].length).toBe(8 * 1024 * 1024);
  });

  it('makes a client that types faster than the app reads wait, and loses none of it', async () => {
    const released = new AsyncSubject<null>();
    let count = 0;
    const { port } = await open({
      app: (session) =>
        session.eachLine((line) =>
          released.pipe(
            tap(() => {
              count += 1;
            }),
            mergeMap(() => (line === 'last' ? of(`${count} lines\n`) : EMPTY)),
          ),
        ),
    });
    const ann = await callSsh(port, {}, false);
    ann.says('\n');
    expect(ann.shell.write(`${`a line ${'x'.repeat(200)}\n`.repeat(20_000)}last\n`)).toBeFalse();
    setTimeout(() => {
      released.next(null);
      released.complete();
    }, 200);
    expect(await ann.hears('20001 lines')).toBeTrue();
  });

  it('rejects with one line for a missing or bad host key', async () => {
    expect(() => ssh({} as never)).toThrowError(/^hostKey \(from ssh\) is missing: allowed is the text of/);
    const { start } = createImpulse({ app: () => NEVER, listeners: [ssh({ port: 0, hostKey: 'no key' })] });
    await expectAsync(start()).toBeRejectedWithError(/^hostKey \(from ssh\) can't be used: .*[^\n]$/);
  });
});
