import { once } from 'node:events';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { map, of } from 'rxjs';
import { createWebSocketStream, WebSocket } from 'ws';
import { createImpulse, type Impulse } from '../../../lib/create-impulse.js';
import type { Listener } from '../../../lib/transports/listener.js';
import { hostKeyFile } from '../../../lib/transports/ssh/host-key.js';
import { ssh } from '../../../lib/transports/ssh/ssh.js';
import { telnet } from '../../../lib/transports/telnet/telnet.js';
import { tls } from '../../../lib/transports/tls/tls.js';
import { web } from '../../../lib/transports/web/web.js';
import { escapeIac } from '../../../streams/protocol/telnet-codec.js';
import { PATIENCE_MS } from '../../support/caller.js';
import { selfSigned } from '../../support/certificate.js';
import { temporaryFolder } from '../../support/cheap-accounts.js';
import { connectSsh, hangUpSsh } from '../../support/ssh-caller.js';
import { bytesOf, feeding } from '../../support/telnet-words.js';

const certificate = selfSigned();

/** All values of a byte, in an order that has newlines, controls and 255 in a row. */
const ALL = Buffer.from(Array.from({ length: 64 * 1024 }, (_, at) => (at * 7 + (at >> 8)) & 255));

/** A stream of application bytes both ways. */
interface RawCaller {
  write(bytes: Uint8Array): void;
  received(): Buffer;
  heard(): Promise<unknown>;
  hangUp(): void;
}

/** A caller on a stream, who agrees to BINARY if it is telnet. */
function over(stream: Duplex, isTelnet: boolean): RawCaller {
  const received: Uint8Array[] = [];
  const keep = (bytes: Uint8Array) => void received.push(Uint8Array.from(bytes));
  const decode = feeding({ data: keep, command() {}, negotiate() {}, subnegotiation() {}, dropped() {} });
  stream.on('data', isTelnet ? decode : keep);
  stream.on('error', () => {});
  if (isTelnet) stream.write(bytesOf('WILL BINARY', 'DO BINARY'));
  return {
    write: (bytes) => stream.write(isTelnet ? escapeIac(bytes) : bytes),
    received: () => Buffer.concat(received),
    heard: () => once(stream, 'data', { signal: AbortSignal.timeout(PATIENCE_MS) }),
    hangUp: () => stream.destroy(),
  };
}

describe('raw bytes come back as they were sent', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  const open: (() => unknown)[] = [];
  afterEach(async () => {
    hangUpSsh();
    for (const end of open.splice(0)) await end();
    folder.remove();
  });

  const TRANSPORTS: Record<string, { listener: () => Listener; call: (port: number) => Promise<RawCaller> }> =
    {
      telnet: {
        listener: () => telnet({ port: 0 }),
        call: async (port) => over(connect(port, '127.0.0.1'), true),
      },
      tls: {
        listener: () => tls({ port: 0, certificate$: of(certificate) }),
        call: async (port) => over(connectTls({ port, host: '127.0.0.1', ca: certificate.cert }), true),
      },
      ssh: {
        listener: () => ssh({ port: 0, hostKey: hostKeyFile(`${folder.path}/key`).key }),
        async call(port) {
          const client = await connectSsh(port);
          return new Promise((resolve) =>
            client.shell(false, (_error, shell) => resolve(over(shell, false))),
          );
        },
      },
      web: {
        listener: () => web({ port: 0 }),
        call: async (port) => over(createWebSocketStream(new WebSocket(`ws://127.0.0.1:${port}/`)), false),
      },
    };

  for (const [name, { listener, call }] of Object.entries(TRANSPORTS))
    it(`by ${name}`, async () => {
      const impulse: Impulse = createImpulse({
        authenticate: () => of({ handle: 'ann' }),
        app: (session) => session.byte$.pipe(map((bytes) => Buffer.from(bytes))),
        listeners: [listener()],
      });
      open.push(() => impulse.shutdown('done', { force: true }));
      const { port } = await impulse.start();
      const caller = await call(port);
      open.push(() => caller.hangUp());
      caller.write(ALL);
      while (caller.received().length < ALL.length) await caller.heard();
      expect(caller.received().equals(ALL)).toBeTrue();
    });
});
