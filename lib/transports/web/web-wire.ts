import type { WebSocket } from 'ws';
import { gmcpMessage, gmcpText } from '../../../streams/protocol/gmcp-text.js';
import { endFor } from '../../../streams/types/session-end.js';
import { asBuffer } from '../telnet/encodings.js';
import type { SocketConnection } from '../telnet/socket-connection.js';
import { Unsent } from '../telnet/unsent.js';
import type { Wire } from '../wire.js';
import type { OutputHistory } from './output-history.js';

/** The output that a page may have received and not acknowledged. It acknowledges what it has drawn. */
const WINDOW_BYTES = 256 * 1024;
/** The longest frame. A page draws one at a time. */
const FRAME_BYTES = 16 * 1024;
/** The input that is kept while it isn't read. Until then, acknowledgements between it can be read. */
const HELD_BYTES = 64 * 1024;
/** The most unsent bytes with which a client still gets answers, such as pongs. */
const MAX_UNSENT_FOR_ANSWER = 64 * 1024;

/** Codes of a close (RFC 6455, section 7.4). 4000 and above are ours. */
export const CLOSE = {
  NORMAL: 1000,
  PAGE_LEFT: 1001,
  NO_CODE: 1005,
  BLOCKED: 1008,
  TRY_LATER: 1013,
  TAKEN_OVER: 4001,
} as const;

/** The handshake of a WebSocket, before it is answered. */
export interface WebHandshake {
  /** Whether it was answered before. */
  readonly isAnswered: boolean;
  /** Calls `listener` if the client goes before it is answered. */
  whenGone(listener: () => void): void;
  /**
   * Answers it. Calls `accepted` at once; never, if the client is gone.
   *
   * @returns A function that sends what was written since, together. Otherwise each frame would be a packet.
   */
  accept(accepted: (socket: WebSocket) => void): () => void;
  /** Declines it in HTTP. */
  decline(retryInMs: number | undefined): void;
  /** Destroys the connection instead. */
  destroy(): void;
}

/** What a wire needs to be resumed by another WebSocket, when its own is lost. */
export interface Resumption {
  readonly token: string;
  readonly history: OutputHistory;
  /** Set by the wire. */
  wire: WebWire | undefined;
  /**
   * The WebSocket is lost.
   *
   * @param isPageLeft Whether the page was left: it is loaded again at once, or its tab is closed.
   */
  lost(isPageLeft: boolean): void;
  /** Another WebSocket took its place. */
  found(): void;
  /** It is gone for good. */
  forget(): void;
}

export interface WebWireOptions {
  /** Whether binary frames carry the terminal's bytes, and text frames carry packages. Otherwise all is telnet. */
  readonly isTerminal: boolean;
  /** Set if the caller can resume, which says also that it acknowledges output. */
  readonly resumption?: Resumption | undefined;
}

/** Receives text frames that aren't for the wire itself. */
export interface TextReceiver {
  receive(text: string): void;
}

/**
 * Carries a connection over a WebSocket. The handshake is answered when the connection is first read from or
 * written to. A class, since every connection has one.
 */
export class WebWire implements Wire {
  closed = false;
  bytesWritten = 0;
  /** Whether the client answers pings: it has done so, or is a page. */
  answers: boolean;
  /** The code with which {@link WebWire.end} closes. */
  closeCode: number = CLOSE.NORMAL;
  /** What is said with it, in at most 123 bytes. */
  closeReason = '';
  /** Set right after the connection is made. */
  connection!: SocketConnection;
  /** Left out for telnet. */
  receiver: TextReceiver | undefined;
  readonly #isTerminal: boolean;
  readonly #resumption: Resumption | undefined;
  #handshake: WebHandshake | undefined;
  #socket: WebSocket | undefined;
  /** Output that waits until the page has drawn more. */
  #queue: Buffer[] | undefined;
  #queued = 0;
  /** What the page has drawn, of all output. */
  #drawn = 0;
  #listeners: (() => void)[] | undefined;
  #isReading = false;
  /** Input that came while it wasn't read, in one piece: frames may be tiny. */
  #held: Unsent | undefined;
  #isEnding = false;
  /** Whether the caller hung up. What is held is read before. */
  #isHungUp = false;
  #sent: (() => void) | undefined;
  /** Whether the first output is still collected, to be sent together. */
  #isOpening = false;

  constructor(handshake: WebHandshake, { isTerminal, resumption }: WebWireOptions) {
    this.#handshake = handshake;
    this.#isTerminal = isTerminal;
    this.#resumption = resumption;
    this.answers = resumption !== undefined;
    if (resumption) resumption.wire = this;
    handshake.whenGone(() => this.destroy());
  }

  get writable(): boolean {
    return !this.closed && !this.#isEnding;
  }
  get writableLength(): number {
    return this.#queued + this.#buffered;
  }
  isCarriedBy(socket: WebSocket): boolean {
    return socket === this.#socket;
  }

  write(output: string | Uint8Array, more?: 'utf8' | 'latin1' | (() => void)): void {
    const bytes =
      typeof output === 'string'
        ? Buffer.from(output, typeof more === 'string' ? more : 'latin1')
        : asBuffer(output);
    if (bytes.length > 0 && this.writable) {
      this.open();
      this.bytesWritten += bytes.length;
      if (this.#resumption) this.enqueue(bytes);
      else this.transmit(bytes);
    }
    if (typeof more === 'function') this.whenSent(more);
  }
  pause(): void {
    this.#isReading = false;
  }
  resume(): void {
    this.open();
    if (this.#isReading) return;
    this.#isReading = true;
    // Later, as with a socket: what the connection itself has kept comes first.
    if (this.#held) process.nextTick(() => this.readHeld());
    else this.#socket?.resume();
  }
  end(): void {
    if (this.#isEnding || this.closed) return;
    this.open();
    this.#isEnding = true;
    this.pump();
    // Nobody is there to read the rest.
    if (!this.#socket) this.destroy();
    else this.#socket.close(this.closeCode, this.closeReason);
  }
  destroy(): void {
    const [handshake, socket] = [this.#handshake, this.#socket];
    this.#handshake = this.#socket = undefined;
    this.#held = undefined;
    handshake?.destroy();
    socket?.terminate();
    this.goAway();
  }

  /** Sends a ping. A page answers it by itself. */
  ping(): void {
    if (this.#socket?.readyState === OPEN) this.#socket.ping(undefined, undefined, this.whenFlushed);
  }
  /** Sends a text frame. It is lost if no WebSocket carries the connection now. */
  sendText(text: string): void {
    if (this.#socket?.readyState === OPEN) this.#socket.send(text, this.whenFlushed);
  }
  /** Whether so little is unsent that the client may have an answer. */
  get mayAnswer(): boolean {
    return this.#buffered < MAX_UNSENT_FOR_ANSWER;
  }

  /**
   * Goes on with this WebSocket, instead of one that is lost or still there.
   *
   * @param received How much of all output the page has received; left out if it has nothing on its screen.
   */
  continueWith(socket: WebSocket, received: number | undefined): void {
    const resumption = this.#resumption;
    if (!resumption) return;
    const { history } = resumption;
    const former = this.#socket;
    const canGoOn = received !== undefined && received >= history.start && received <= history.end;
    const from = canGoOn ? received : history.safeStart;
    resumption.found();
    this.attach(socket);
    former?.close(CLOSE.TAKEN_OVER, 'taken over');
    this.#drawn = from;
    this.connection.bytesIn += 1;
    this.tellSession({ bytes: from, to: history.end, resumed: true, reset: !canGoOn });
    const missed = history.from(from);
    for (let at = 0; at < missed.length; at += FRAME_BYTES)
      // Copied, since the history may change before all is sent.
      this.sendFrame(Buffer.from(missed.subarray(at, at + FRAME_BYTES)));
    this.pump();
  }
  /** The WebSocket is lost and none took its place in time. */
  expire(): void {
    if (this.closed) return;
    this.connection.lose();
    this.goAway();
  }
  /** Declines the handshake. Returns false if it was answered. */
  decline(retryInMs: number | undefined): boolean {
    const handshake = this.#handshake;
    this.#handshake = undefined;
    handshake?.decline(retryInMs);
    return handshake !== undefined;
  }
  // Called by the WebSocket's listeners.
  read(data: Buffer, isBinary: boolean): void {
    if (this.#isTerminal && !isBinary) {
      this.connection.bytesIn += data.length;
      this.readText(data.toString());
    } else if (data.length === 0) this.connection.bytesIn += 1;
    else if (this.#isReading && !this.#held) this.connection.read(data);
    else {
      this.#held ??= new Unsent();
      this.#held.add(data);
      if (this.#held.length >= HELD_BYTES) this.#socket?.pause();
    }
  }
  ponged(): void {
    this.answers = true;
    this.connection.bytesIn += 1;
  }
  pinged(data: Buffer): void {
    this.connection.bytesIn += data.length + 1;
    if (this.#socket && this.#socket.bufferedAmount < MAX_UNSENT_FOR_ANSWER)
      this.#socket.pong(data, undefined, this.whenFlushed);
  }
  failed({ code = '' }: NodeJS.ErrnoException): void {
    // The others are of the socket, and 'close' follows.
    if (!code.startsWith('WS_ERR')) return;
    this.#isEnding = true;
    this.connection.fail(endFor('protocol'));
  }
  detached(code: number): void {
    this.#socket = undefined;
    const isHungUp = code === CLOSE.NORMAL || code === CLOSE.NO_CODE;
    if (this.#resumption && !isHungUp && !this.#isEnding) this.#resumption.lost(code === CLOSE.PAGE_LEFT);
    else this.hangUp();
  }
  /** Some output was sent. */
  flushed(): void {
    this.pump();
    if (this.writableLength === 0) this.callListeners();
  }

  /** Answers the handshake, if it isn't. */
  open(): void {
    const handshake = this.#handshake;
    if (!handshake) return;
    this.#handshake = undefined;
    let isAccepted = false;
    const send = handshake.accept((socket) => {
      isAccepted = this.#isOpening = true;
      this.attach(socket);
      this.tellSession({ bytes: 0, to: 0, resumed: false, reset: true });
    });
    process.nextTick(() => {
      this.#isOpening = false;
      send();
      // The client had gone.
      if (!isAccepted) this.destroy();
    });
  }
  /** Tells a page how to resume, and where in all output it is. */
  private tellSession(where: object): void {
    const resumption = this.#resumption;
    if (resumption) this.sendText(gmcpText('Impulse.Session', { token: resumption.token, ...where }));
  }
  private attach(socket: WebSocket): void {
    this.#socket = socket;
    (socket as Carrying)[WIRE] = this;
    socket.on('message', onMessage);
    socket.on('ping', onPing);
    socket.on('pong', onPong);
    socket.on('error', onError);
    socket.on('close', onClose);
    // The door has paused it. Acknowledgements are read also while input isn't.
    if ((this.#held?.length ?? 0) < HELD_BYTES) socket.resume();
    // So that it is known whether the client answers.
    if (!this.answers) this.ping();
  }

  /** What the socket hasn't sent. */
  get #buffered(): number {
    return this.#isOpening ? 0 : (this.#socket?.bufferedAmount ?? 0);
  }
  private enqueue(bytes: Buffer): void {
    if (this.#queued === 0 && bytes.length <= FRAME_BYTES && this.hasRoom()) this.transmit(bytes);
    else {
      this.#queue ??= [];
      this.#queue.push(bytes);
      this.#queued += bytes.length;
      this.pump();
    }
  }
  /** Whether the page can take another frame. */
  private hasRoom(): boolean {
    const history = this.#resumption?.history;
    return (
      !history ||
      this.#isEnding ||
      (history.end - this.#drawn < WINDOW_BYTES && this.#buffered < WINDOW_BYTES)
    );
  }
  /** Sends what waits, as far as there is room. */
  private pump(): void {
    const queue = this.#queue;
    while (queue?.[0] && this.hasRoom()) {
      const [first] = queue;
      const frame = first.subarray(0, FRAME_BYTES);
      this.#queued -= frame.length;
      if (frame.length < first.length) queue[0] = first.subarray(FRAME_BYTES);
      else queue.shift();
      this.transmit(frame);
    }
    if (queue?.length === 0) this.#queue = undefined;
  }
  private transmit(bytes: Buffer): void {
    this.#resumption?.history.add(bytes, this.#drawn);
    this.sendFrame(bytes);
  }
  private sendFrame(bytes: Buffer): void {
    if (this.#socket?.readyState !== OPEN) return;
    this.#socket.send(bytes, AS_BINARY, this.whenFlushed);
  }
  /** Called when something was sent, since the amount that is buffered has changed. */
  private get whenFlushed(): () => void {
    this.#sent ??= () => this.flushed();
    return this.#sent;
  }

  /** Calls `sent` later, when all output is sent or the connection is gone. */
  private whenSent(sent: () => void): void {
    if (this.writableLength === 0) process.nextTick(sent);
    else {
      this.#listeners ??= [];
      this.#listeners.push(sent);
    }
  }
  private callListeners(): void {
    const listeners = this.#listeners;
    this.#listeners = undefined;
    for (const sent of listeners ?? []) sent();
  }

  private readText(text: string): void {
    if (!text.startsWith('Impulse.')) {
      this.receiver?.receive(text);
      return;
    }
    const { name, value } = gmcpMessage(text) ?? {};
    if (name === 'Impulse.Window') this.readWindow(value);
    else if (name === 'Impulse.Ack') this.readAck(value);
    else if (name === 'Impulse.ScreenReader') this.readScreenReader(value);
  }
  private readWindow(value: unknown): void {
    const columns = countIn(value, 'columns');
    const rows = countIn(value, 'rows');
    if (columns !== undefined && rows !== undefined) this.connection.resize(columns, rows);
  }
  private readScreenReader(value: unknown): void {
    const on = (value as { readonly on?: unknown } | null | undefined)?.on === true;
    this.connection.learned({ screenReader: on, colours: !on, cursor: !on });
  }
  private readAck(value: unknown): void {
    const history = this.#resumption?.history;
    const bytes = countIn(value, 'bytes');
    if (!history || bytes === undefined || bytes <= this.#drawn) return;
    this.#drawn = Math.min(bytes, history.end);
    this.flushed();
  }

  private readHeld(): void {
    const held = this.#held;
    if (!this.#isReading) return;
    this.#held = undefined;
    held?.flush((bytes) => this.connection.read(bytes));
    if (!this.#isReading || this.#held) return;
    if (this.#isHungUp) this.goAway();
    else this.#socket?.resume();
  }
  private hangUp(): void {
    this.#isHungUp = true;
    if (!this.#held || this.#isEnding) this.goAway();
  }
  private goAway(): void {
    if (this.closed) return;
    this.closed = true;
    this.#queue = undefined;
    this.#queued = 0;
    this.#resumption?.forget();
    this.callListeners();
    this.connection.hangUp();
    this.connection.goAway();
  }
}

const OPEN = 1;
const AS_BINARY = { binary: true };

/** Returns a field of a value that is a count. */
export function countIn(value: unknown, field: string): number | undefined {
  const count = typeof value === 'object' ? (value as Record<string, unknown> | null)?.[field] : undefined;
  return Number.isSafeInteger(count) && Number(count) >= 0 ? Number(count) : undefined;
}

/** The key under which a WebSocket holds its wire, so that all share their listeners. */
const WIRE = Symbol('wire');
interface Carrying extends WebSocket {
  [WIRE]: WebWire;
}
/** The wire that a WebSocket carries now; none, if another WebSocket took its place. */
function wireOf(socket: WebSocket): WebWire | undefined {
  const wire = (socket as Carrying)[WIRE];
  return wire.isCarriedBy(socket) ? wire : undefined;
}
function onMessage(this: WebSocket, data: unknown, isBinary: boolean): void {
  wireOf(this)?.read(data as Buffer, isBinary);
}
function onPing(this: WebSocket, data: Buffer): void {
  wireOf(this)?.pinged(data);
}
function onPong(this: WebSocket): void {
  wireOf(this)?.ponged();
}
function onError(this: WebSocket, error: Error): void {
  wireOf(this)?.failed(error);
}
function onClose(this: WebSocket, code: number): void {
  wireOf(this)?.detached(code);
}
