import type { Socket } from 'node:net';
import type {
  Connection as Client,
  PseudoTtyInfo,
  Server,
  ServerChannel,
  Session,
  WindowChangeInfo,
} from 'ssh2';
import type { Terminal } from '../../../streams/types/connection.js';
import type { RefusalReason } from '../../../streams/types/refusal-reason.js';
import { SessionEnd } from '../../../streams/types/session-end.js';
import { clientProfile } from '../telnet/client-profile.js';
import { isLost } from '../telnet/listen-to.js';
import { Unsent } from '../telnet/unsent.js';
import type { Wire } from '../wire.js';
import { clearPacket, disconnection, IDENT, sendBy } from './disconnect.js';
import { FirstLine } from './first-line.js';
import { SshLogin } from './ssh-login.js';
import { SshStream, type SshStreamDelegate } from './ssh-stream.js';
import type { Ssh2 } from './ssh2.js';

/** From here on a client gets no further window while the board doesn't read. ssh2 would give 2 MiB more. */
const HIGH_WATER_MARK = 64 * 1024;
/** What a client may have sent while the board doesn't read: that, ssh2's window, and a packet beyond it. */
const MAX_UNREAD = HIGH_WATER_MARK + 2 * 1024 * 1024 + 64 * 1024;

/** How often a client may ask for new keys within {@link REKEY_MS}: each takes a handshake's time. */
const [MAX_REKEYS, REKEY_MS] = [10, 60_000];

/** What is told to who wants to run a command. */
const NO_COMMANDS = 'This is a board: it runs no commands. Please call it without one.\r\n';

/** The connection that the wire belongs to. */
export interface SshWireDelegate {
  read(bytes: Uint8Array): void;
  hangUp(): void;
  goAway(): void;
  lose(): void;
  fail(end: SessionEnd): void;
  learned(terminal: Partial<Terminal>): void;
  resize(columns: number, rows: number): void;
}

/** What all wires of a listener share. */
export interface SshWireParts {
  readonly ssh2: Ssh2;
  readonly server: Server;
  /** In milliseconds. */
  readonly now: () => number;
}

/**
 * Carries a terminal over SSH. The handshake begins with {@link SshWire.start}; until then nothing is read. Output
 * waits until the client has opened its terminal. A class, since every connection has one.
 */
export class SshWire implements Wire, SshStreamDelegate {
  bytesWritten = 0;
  readonly login: SshLogin;
  /** Knows when the client turns out to speak SSH. */
  readonly firstLine = new FirstLine();
  readonly #socket: Socket;
  readonly #delegate: () => SshWireDelegate;
  readonly #parts: SshWireParts;
  /** Stands for the socket, once the handshake has begun. */
  #stream: SshStream | undefined;
  #client: Client | undefined;
  #session: Session | undefined;
  #channel: ServerChannel | undefined;
  /** Output from before the terminal is open. */
  #held: Unsent | undefined;
  /** Output that ssh2 keeps while new keys are agreed. */
  #queued = 0;
  /** Wait until all output is taken. */
  #waiting: (() => void)[] = [];
  #isPaused = false;
  /** Whether nothing more is written. */
  #hasEnded = false;
  /** The last window size in this chunk. */
  #window: WindowChangeInfo | undefined;
  #rekeys = 0;
  #rekeysSince = 0;

  /** @param delegate The connection, which is made with its wire. */
  constructor(socket: Socket, delegate: () => SshWireDelegate, parts: SshWireParts) {
    this.#socket = socket;
    this.#delegate = delegate;
    this.#parts = parts;
    this.login = new SshLogin(parts.ssh2, (end) => this.#fail(end));
    socket.pause();
    socket.on('error', ({ code = '' }: NodeJS.ErrnoException) => {
      if (isLost(code)) this.#delegate().lose();
    });
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('drain', () => socket.resume());
    socket.on('end', () => this.#delegate().hangUp());
    socket.on('close', () => this.#close());
  }

  get closed(): boolean {
    return this.#socket.destroyed;
  }
  get writable(): boolean {
    return !this.#hasEnded && this.#socket.writable;
  }
  get writableLength(): number {
    const held = this.#held?.length ?? 0;
    return held + (this.#channel?.writableLength ?? 0) + this.#queued + this.#socket.writableLength;
  }

  write(data: Uint8Array | string, how?: 'utf8' | 'latin1' | (() => void)): void {
    const bytes = typeof data === 'string' ? Buffer.from(data, how === 'utf8' ? how : 'latin1') : data;
    this.bytesWritten += bytes.length;
    if (bytes.length > 0) this.#put(bytes);
    if (typeof how !== 'function') return;
    this.#waiting.push(how);
    if (this.#waiting.length === 1) this.#await();
  }
  pause(): void {
    this.#isPaused = true;
    this.#channel?.pause();
  }
  resume(): void {
    this.#isPaused = false;
    this.#channel?.resume();
    // A refused caller's: closing with unread input would lose the last words.
    if (!this.#stream && this.#hasEnded) this.#socket.resume();
  }
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    if (!this.#channel) this.#disconnect();
    else {
      // An SSH client exits with it.
      this.#channel.exit(0);
      this.#channel.end();
    }
  }
  destroy(): void {
    this.#hasEnded = true;
    this.#socket.destroy();
  }

  /** Begins the handshake. */
  start(): void {
    if (this.#hasEnded || this.#socket.destroyed) return;
    this.#stream = new SshStream(this);
    this.#parts.server.injectSocket(this.#stream as unknown as Socket);
  }
  /** Tells a client why it is refused, without a handshake, and hangs up. */
  refuse(words: string, reason: RefusalReason): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#held = undefined;
    this.#socket.write(`SSH-2.0-${IDENT}\r\n`);
    this.#socket.end(clearPacket(disconnection(words, reason)));
    this.#socket.resume();
  }

  // Called by the stream.
  ready(): void {
    this.#socket.resume();
  }
  send(bytes: Uint8Array): void {
    if (this.#socket.writable) this.#socket.write(bytes);
  }
  over(): void {
    this.#hasEnded = true;
    this.#socket.end();
    this.#delegate().hangUp();
  }

  #read(chunk: Uint8Array): void {
    const stream = this.#stream;
    if (!stream) return;
    let bytes: Uint8Array | undefined = chunk;
    let meet: ((client: Client) => void) | undefined;
    if (!this.#client) {
      const line = this.firstLine.read(chunk);
      if (line.end) this.#fail(line.end);
      bytes = line.bytes;
      // ssh2 tells of the client while it reads the line.
      meet = (client) => this.#meet(client);
    }
    if (!bytes) return;
    const { server } = this.#parts;
    if (meet) server.once('connection', meet);
    const error = stream.push(bytes);
    if (meet) server.off('connection', meet);
    if (error) this.#break(error);
    this.#resize();
    if ((this.#channel?.readableLength ?? 0) > MAX_UNREAD)
      this.#break(new Error('the client ignores the window'));
    // A client that doesn't read the answers to its requests has to wait.
    if (this.#socket.writableNeedDrain) this.#socket.pause();
  }
  #resize(): void {
    const window = this.#window;
    this.#window = undefined;
    if (window) this.#delegate().resize(window.cols, window.rows);
  }

  #meet(client: Client): void {
    this.#client = client;
    client.on('error', (error: Error & { code?: unknown }) => {
      // A number is the reason of a client that disconnects; and an old client is no offender.
      if (typeof error.code === 'number' || error.message.includes('no matching')) this.#delegate().hangUp();
      else this.#break(error);
    });
    client.on('rekey', () => this.#rekeyed());
    client.on('authentication', (context) => this.login.offer(context));
    client.on('session', (accept, reject) => {
      if (this.#session) reject();
      else this.#serve(accept());
    });
  }
  #serve(session: Session): void {
    this.#session = session;
    session.on('pty', (accept, _reject, { term, ...window }: PseudoTtyInfo & { term?: string }) => {
      const name = /^[!-~]{1,40}$/.exec(term ?? '');
      const { showsTyping, ...profile } = clientProfile({ names: name ?? [] });
      this.#delegate().learned({ ...profile, echo: true });
      this.#window = window;
      this.#resize();
      accept?.();
    });
    session.on('window-change', (accept, _reject, window) => {
      this.#window = window;
      accept?.();
    });
    session.on('shell', (accept) => this.#open(accept()));
    session.on('exec', (accept) => this.#refuseCommand(accept()));
    session.on('close', () => {
      if (!this.#channel) this.over();
    });
  }
  /** The client has opened its terminal. */
  #open(channel: ServerChannel | undefined): void {
    if (!channel || this.#channel) return;
    this.#channel = channel;
    // No option of ssh2. Each caller may keep that much in memory.
    Object.assign(Object(Reflect.get(channel, '_readableState')), { highWaterMark: HIGH_WATER_MARK });
    channel.on('error', (error: Error) => this.#break(error));
    channel.on('close', () => this.#socket.end());
    channel.on('end', () => this.#delegate().hangUp());
    channel.on('data', (bytes: Uint8Array) => this.#delegate().read(bytes));
    if (this.#isPaused) channel.pause();
    const held = this.#held;
    this.#held = undefined;
    held?.flush((bytes) => this.#put(bytes));
    if (this.#waiting.length > 0) this.#await();
    if (this.#hasEnded) channel.end();
    this.login.finish();
  }
  #refuseCommand(channel: ServerChannel | undefined): void {
    if (!channel || this.#channel) return;
    channel.on('error', () => {});
    channel.stderr.on('error', () => {});
    channel.stderr.write(NO_COMMANDS);
    channel.exit(1);
    channel.on('close', () => this.over());
    channel.resume();
    channel.end();
  }
  #rekeyed(): void {
    this.#queued = 0;
    if (this.#waiting.length > 0) this.#await();
    const now = this.#parts.now();
    if (now - this.#rekeysSince >= REKEY_MS) {
      this.#rekeysSince = now;
      this.#rekeys = 0;
    }
    this.#rekeys += 1;
    if (this.#rekeys > MAX_REKEYS) this.#break(new Error('the client asks for new keys too often'));
  }

  #put(bytes: Uint8Array): void {
    const channel = this.#channel;
    if (!channel) {
      this.#held ??= new Unsent();
      this.#held.add(bytes);
      return;
    }
    const before = this.#socket.bytesWritten;
    channel.write(bytes);
    // ssh2 takes it, and sends it after the new keys.
    if (channel.writableLength === 0 && this.#socket.bytesWritten === before) this.#queued += bytes.length;
  }
  /** Calls those that wait when all output is taken. */
  #await(): void {
    // What is held waits for the terminal, what is queued for the new keys.
    if (this.#held?.length || this.#queued > 0) return;
    const sent = () => {
      if (this.#queued > 0) return;
      if (this.writableLength > 0) this.#await();
      else this.#settle();
    };
    const channel = this.#channel;
    if (!channel) this.#socket.write('', sent);
    // One that has ended may still wait for its window; those who wait are told when the connection is gone.
    else if (channel.writable) channel.write('', () => this.#socket.write('', sent));
  }
  #settle(): void {
    for (const told of this.#waiting.splice(0)) told();
  }

  /** Tells a client without a terminal the last words, and hangs up. */
  #disconnect(): void {
    let words = '';
    this.#held?.flush((bytes) => {
      words += Buffer.from(bytes).toString();
    });
    this.#held = undefined;
    if (this.#stream) this.#send(disconnection(words));
    this.#socket.end();
  }
  #send(payload: Uint8Array): void {
    if (!this.#client) this.send(clearPacket(payload));
    else sendBy(this.#client, payload);
  }

  /** Ends the input, because of what the client did. */
  #break(error: unknown): void {
    this.#fail(new SessionEnd('protocol', error));
  }
  #fail(end: SessionEnd): void {
    this.#delegate().fail(end);
  }
  #close(): void {
    this.#hasEnded = true;
    this.#stream?.close();
    this.#held = undefined;
    this.#queued = 0;
    this.#settle();
    this.login.finish();
    this.firstLine.close();
    this.#delegate().goAway();
  }
}
