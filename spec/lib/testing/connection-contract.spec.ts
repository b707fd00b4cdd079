import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { NEVER, of, Subscription } from 'rxjs';
import { type ConnectionUnderTest, connectionContract } from '../../../lib/testing/connection-contract.js';
import type { Listener } from '../../../lib/transports/listener.js';
import { streamConnection } from '../../../lib/transports/stream-connection.js';
import { telnet } from '../../../lib/transports/telnet/telnet.js';
import { tls } from '../../../lib/transports/tls/tls.js';
import { escapeIac, TelnetDecoder } from '../../../streams/protocol/telnet-codec.js';
import type { Connection } from '../../../streams/types/connection.js';
import { selfSigned } from '../../support/certificate.js';

const certificate = selfSigned();

/** The caller's end of a connection over a socket. `isTelnet` takes the negotiation out, and answers nothing. */
function underTest(
  connection: Connection,
  caller: Socket,
  isTelnet: boolean,
  dispose: () => void,
): ConnectionUnderTest {
  const received: Uint8Array[] = [];
  let ended = false;
  const decoder = new TelnetDecoder({
    data: (bytes) => received.push(Uint8Array.from(bytes)),
    command() {},
    negotiate() {},
    subnegotiation() {},
    dropped() {},
  });
  caller.on('data', (bytes) => (isTelnet ? decoder.read(bytes) : received.push(bytes)));
  caller.on('error', () => {});
  caller.on('close', () => {
    ended = true;
  });
  return {
    connection,
    get received() {
      return Buffer.concat(received);
    },
    get ended() {
      return ended;
    },
    send: (bytes) => caller.write(isTelnet ? escapeIac(bytes) : bytes),
    stopReading: () => caller.pause(),
    readAgain: () => caller.resume(),
    hangUp: () => caller.end(),
    dispose() {
      caller.destroy();
      dispose();
    },
  };
}

/** Calls a listener, and takes the connection that it emits. */
async function callListener(
  listener: Listener,
  call: (port: number) => Socket,
): Promise<ConnectionUnderTest> {
  const listening = new Subscription();
  const [connection, caller] = await new Promise<[Connection, Socket]>((resolve) => {
    const calling = listener.subscribe(({ address, connection$ }) => {
      const caller = call(address.port);
      listening.add(connection$.subscribe((attempt) => resolve([attempt as Connection, caller])));
    });
    listening.add(calling);
  });
  return underTest(connection, caller, true, () => {
    connection.destroy();
    listening.unsubscribe();
  });
}

/** Makes a plain connection over a socket. */
async function overSocket(): Promise<ConnectionUnderTest> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const caller = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [socket] = await accepted;
  return underTest(streamConnection(socket, { address: '127.0.0.1' }), caller, false, () => {
    socket.destroy();
    server.close();
  });
}

/** Jasmine wants an expectation in each spec. */
const inJasmine = (rule: string, test: () => Promise<void>) =>
  it(rule, async () => {
    await expectAsync(test()).toBeResolved();
  }, 40_000);

describe('connectionContract', () => {
  describe('is kept by telnet()', () => {
    connectionContract(inJasmine, () =>
      callListener(telnet({ port: 0 }), (port) => connect(port, '127.0.0.1')),
    );
  });

  describe('is kept by tls()', () => {
    connectionContract(inJasmine, () =>
      callListener(tls({ port: 0, certificate$: of(certificate) }), (port) =>
        connectTls({ port, host: '127.0.0.1', ca: certificate.cert }),
      ),
    );
  });

  describe('is kept by streamConnection()', () => {
    connectionContract(inJasmine, overSocket);
  });

  describe('is broken by a connection that', () => {
    const rules = new Map<string, () => Promise<void>>();
    let broken: Partial<Connection> = {};
    connectionContract(
      (rule, test) => rules.set(rule, test),
      async () => {
        const under = await overSocket();
        const { connection } = under;
        const proxy = new Proxy(connection, {
          get(target, name) {
            if (Object.hasOwn(broken, name)) return Reflect.get(broken, name);
            const member = Reflect.get(target, name);
            return typeof member === 'function' ? member.bind(target) : member;
          },
          set: (target, name, value) => Reflect.set(target, name, value),
        });
        return Object.defineProperty(under, 'connection', { value: proxy });
      },
      2000,
    );

    const FAULTS: readonly [string, string, Partial<Connection>][] = [
      ['has no address', 'names the address of the caller', { address: '' }],
      [
        'emits no terminal',
        'emits the terminal at once, and has the same as a property',
        { terminal$: NEVER },
      ],
      [
        'forgets what was put back',
        'emits what was put back first, to the next subscriber',
        { putBack() {} },
      ],
      ['ignores a pause', 'emits nothing while paused, and loses nothing', { pause() {} }],
      [
        'writes nothing',
        'sends text in UTF-8 with CR LF for each newline, and bytes unchanged',
        { write() {} },
      ],
      ['has one encoding', 'encodes text for the terminal, and emits the change', { setEncoding() {} }],
      ['has no backlog', 'counts what the caller does not read as backlog, until it does', { backlog: 0 }],
      [
        'throws once it is closed',
        'throws nothing once it is closed or destroyed',
        {
          echo() {
            throw new Error('closed');
          },
        },
      ],
      ['never batches', 'runs what is given to batch() at once', { batch() {} }],
    ];
    for (const [fault, rule, members] of FAULTS) {
      it(fault, async () => {
        broken = members;
        await expectAsync(rules.get(rule)?.() ?? Promise.resolve()).toBeRejected();
        broken = {};
      }, 40_000);
    }
    it('and holds for the same connection without a fault', async () => {
      broken = {};
      for (const test of rules.values()) await test();
      expect(rules.size).toBe(15);
    }, 40_000);
  });
});
