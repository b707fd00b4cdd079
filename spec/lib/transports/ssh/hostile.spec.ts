import { once } from 'node:events';
import net from 'node:net';
import { join } from 'node:path';
import { filter, firstValueFrom, map, NEVER } from 'rxjs';
import ssh2 from 'ssh2';
import { createImpulse, type Impulse } from '../../../../lib/create-impulse.js';
import { type Dice, dice } from '../../../../lib/testing/simulation/dice.js';
import { hostKeyFile } from '../../../../lib/transports/ssh/host-key.js';
import { ssh } from '../../../../lib/transports/ssh/ssh.js';
import { temporaryFolder } from '../../../support/cheap-accounts.js';
import { callSsh, hangUpSsh } from '../../../support/ssh-caller.js';

/** How many clients of each kind. */
const CLIENTS = 60;

/** Returns random bytes. */
const some = (length: number, random: Dice): Buffer =>
  Buffer.from(Array.from({ length }, () => random.int(0, 255)));

/** Changes a few bytes, or the length. */
function mutated(bytes: Buffer, random: Dice): Buffer {
  const below = (max: number) => random.int(0, max - 1);
  const changed = Buffer.from(bytes);
  for (let count = 1 + below(4); count > 0; count--) changed[below(changed.length)] = below(256);
  const at = below(changed.length);
  switch (below(4)) {
    case 0:
      return changed.subarray(0, at);
    case 1:
      return Buffer.concat([changed.subarray(0, at), some(below(40), random), changed.subarray(at)]);
    default:
      return changed;
  }
}

/** The parts of ssh2's client that send a packet. */
interface Sender {
  readonly _protocol: {
    readonly _cipher: { encrypt(packet: Buffer): void; allocPacket(length: number): Buffer };
  };
}

describe('ssh, among hostile clients', () => {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());
  let impulse: Impulse;
  let port: number;
  beforeEach(async () => {
    impulse = createImpulse({
      app: (session) => session.line$.pipe(map((line) => `you said ${line}\n`)),
      penalties: false,
      maxPerAddress: null,
      maxUnauthenticated: null,
      connectionRate: null,
      connectionRatePerAddress: null,
      listeners: [ssh({ port: 0, hostKey: hostKeyFile(join(folder.path, 'host_key')).key })],
    });
    ({ port } = await impulse.start());
  });
  afterEach(async () => {
    hangUpSsh();
    await impulse.shutdown('done', { force: true });
  });

  /** A caller who is there all the time, and one who comes later, are served; nothing is left of the others. */
  async function expectUnharmed(attack: () => Promise<void>) {
    const witness = await callSsh(port, { username: 'witness' });
    witness.says('\r');
    await attack();
    witness.says('hello\r');
    expect(await witness.hears('you said hello')).toBeTrue();
    const later = await callSsh(port, { username: 'later' });
    later.says('\rhello\r');
    expect(await later.hears('you said hello')).toBeTrue();
    while (impulse.sessions.size > 2)
      await firstValueFrom(impulse.event$.pipe(filter(({ type }) => type === 'sessionClosed')));
    expect([...impulse.sessions.values()].map(({ user }) => user?.handle)).toEqual(['witness', 'later']);
  }

  /** Sends bytes, and reads until the board hangs up; hangs up itself if the board waits for more. */
  async function send(bytes: Buffer) {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('error', () => {}).resume();
    socket.write(bytes);
    socket.setTimeout(50, () => socket.destroy());
    await once(socket, 'close');
  }

  it('survives mutated handshakes, and garbage', async () => {
    await expectUnharmed(async () => {
      // What a client sends in the clear, and some of what it sends encrypted.
      const sent: Buffer[] = [];
      const proxy = net.createServer((caller) => {
        const board = net.connect(port, '127.0.0.1');
        caller.on('data', (bytes) => sent.push(bytes));
        caller.pipe(board).pipe(caller);
        for (const socket of [caller, board]) socket.on('error', () => {});
      });
      await once(proxy.listen(0, '127.0.0.1'), 'listening');
      const { client } = await callSsh((proxy.address() as net.AddressInfo).port);
      client.destroy();
      proxy.close();
      const handshake = Buffer.concat(sent);
      expect(handshake.toString('latin1')).toMatch(/^SSH-2\.0-ssh2js/);
      for (let seed = 0; seed < CLIENTS; seed++) {
        const random = dice(seed);
        const lineEnd = handshake.indexOf('\n') + 1;
        const rest = mutated(handshake.subarray(lineEnd), random);
        await send(
          seed % 3 === 0
            ? some(random.int(1, 2000), random)
            : Buffer.concat([
                seed % 3 === 1
                  ? handshake.subarray(0, lineEnd)
                  : mutated(handshake.subarray(0, lineEnd), random),
                rest,
              ]),
        );
      }
    });
  });

  it('survives mutated and made up packets of clients that have agreed on keys', async () => {
    await expectUnharmed(async () => {
      const attack = (seed: number) =>
        new Promise<void>((resolve) => {
          const random = dice(1000 + seed);
          const client = new ssh2.Client();
          const over = () => {
            client.destroy();
            resolve();
          };
          const deadline = setTimeout(over, 500);
          client.on('error', () => {});
          client.on('close', () => {
            clearTimeout(deadline);
            over();
          });
          client.once('handshake', () => {
            const { _cipher: cipher } = (client as unknown as Sender)._protocol;
            const encrypt = cipher.encrypt.bind(cipher);
            // A packet has its length before its payload, which may change, unlike the length.
            const put = (payload: Buffer) => {
              const packet = cipher.allocPacket(payload.length);
              packet.set(payload, 5);
              encrypt(packet);
            };
            cipher.encrypt = (packet) => {
              const padding = packet[4] ?? 0;
              const payload = packet.subarray(5, packet.readUInt32BE(0) + 4 - padding);
              try {
                for (let count = random.int(0, 3); count > 0; count--)
                  put(Buffer.concat([Buffer.of(random.int(1, 100)), some(random.int(0, 59), random)]));
                put(
                  random.chance(0.3) && payload.length > 0 ? mutated(payload, random) : Buffer.from(payload),
                );
              } catch {
                over();
              }
            };
          });
          client.on('ready', () => {
            client.shell({ term: 'xterm' }, (error, channel) => {
              if (error) return over();
              channel.on('error', () => {}).resume();
              for (let count = 0; count < 20; count++) channel.write('hello\r');
              channel.setWindow(random.int(0, 2 ** 32 - 1), random.int(0, 2 ** 32 - 1), 0, 0);
              channel.end();
            });
          });
          client.connect({ host: '127.0.0.1', port, username: `caller ${seed}`, password: 'x' });
        });
      for (let seed = 0; seed < CLIENTS; seed++) await attack(seed);
    });
  });

  it('ends the session of a client that asks for new keys again and again', async () => {
    const closed = firstValueFrom(impulse.event$.pipe(filter((event) => event.type === 'sessionClosed')));
    const { client } = await callSsh(port);
    const rekey = () => (client as unknown as { _protocol: { rekey(): void } })._protocol.rekey();
    client.on('handshake', rekey);
    rekey();
    expect(await closed).toEqual(jasmine.objectContaining({ reason: 'protocol' } as never));
  });

  it('ends the session of a client that sends beyond its window while the app does not read', async () => {
    await impulse.shutdown('done', { force: true });
    impulse = createImpulse({
      // Never answers, so that no second line is taken.
      app: (session) => session.eachLine(() => NEVER),
      inputRate: null,
      listeners: [ssh({ port: 0, hostKey: hostKeyFile(join(folder.path, 'host_key')).key })],
    });
    ({ port } = await impulse.start());
    const closed = firstValueFrom(impulse.event$.pipe(filter((event) => event.type === 'sessionClosed')));
    const { client, shell } = await callSsh(port);
    shell.write('\r');
    const { _protocol: protocol } = client as unknown as {
      _protocol: { channelData(channel: number, bytes: Buffer): void };
    };
    const bytes = Buffer.alloc(32_000, 'line\r');
    let sent = 0;
    const flood = () => {
      if (sent++ > 300) return;
      protocol.channelData(0, bytes);
      setImmediate(flood);
    };
    flood();
    expect(await closed).toEqual(jasmine.objectContaining({ reason: 'protocol' } as never));
  });
});
