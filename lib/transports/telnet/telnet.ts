import type { Socket } from 'node:net';
import { Observable, Subscriber } from 'rxjs';
import { CR } from '../../../streams/protocol/controls.js';
import { foreignProtocol } from '../../../streams/protocol/foreign-protocol.js';
import { unmapped } from '../../../streams/protocol/ip-address.js';
import {
  COMMAND,
  commandBytes,
  escapeIac,
  subnegotiationBytes,
  TelnetDecoder,
  type TelnetHandler,
  type Verb,
} from '../../../streams/protocol/telnet-codec.js';
import { feed } from '../../../streams/rx/operator.js';
import { UNKNOWN_TERMINAL } from '../../../streams/terminal/unknown-terminal.js';
import type { Connection, Encoding, Output, Terminal } from '../../../streams/types/connection.js';
import { endFor, isForeign, SessionEnd } from '../../../streams/types/session-end.js';
import { BoardOptions, type BoardOptionsDelegate, type Status } from './board-options.js';
import { encoded, isAscii, utf8AsLatin1 } from './encodings.js';
import { latin1 } from './options.js';
import { Unsent } from './unsent.js';

/** The largest window that is believed, in columns or rows. */
const MAX_CELLS = 1000;

/** The visible answer to "are you there?" (RFC 854). */
const HERE = '[Yes]\n';

/** The longest batch. Output during a chunk is sent together, up to this length. */
const BATCH_LENGTH = 64 * 1024;
/** For a longer string, Node allocates three times its length before it encodes. */
const SHORT_TEXT = 1024;

const NOTHING = new Uint8Array(0);

/** A crawler's request for our status without telnet. */
const MSSP_REQUEST = /^MSSP-REQUEST[\r\n\0]*$/;
const MAX_REQUEST_LENGTH = 16;
const CRAWLER = endFor('crawler');

/** The most bytes that are read and dropped after we hung up. */
const MAX_DROPPED = 1024 * 1024;

/** Commands that stand for keys (RFC 854), and the bytes of those keys. */
const KEY_OF: Partial<Record<number, number>> = {
  [COMMAND.IP]: 0x03,
  [COMMAND.BRK]: 0x03,
  [COMMAND.EC]: 0x08,
  [COMMAND.EL]: 0x15,
};

/** The errors of a connection whose peer vanished. */
const LOST = new Set(['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN']);

/** A telnet connection. */
export interface TelnetConnection extends Connection {
  /** Sends all output of `act` together. Separate writes would cost more than everything else. */
  batch(act: () => void): void;
  /**
   * Checks the first bytes from now on. If they are another protocol, answers in it and ends the input with
   * `wrong-protocol`. If they are a crawler's request in text, answers it and ends the input with `crawler`.
   */
  recognise(): void;
}

/**
 * Speaks telnet on a socket. `input$` emits what the caller types, without telnet commands. Output is encoded
 * for the terminal and escaped, and `\n` in text becomes CR LF. Options are offered at the first subscription
 * to `input$`, so that a refused caller gets no negotiation. `input$` takes one subscriber at a time. Without
 * one nothing is read, and nothing is lost.
 *
 * @param status Returns the status for crawlers (MSSP).
 * @param address The caller's address, if it isn't the peer's.
 */
export function telnet(
  socket: Socket,
  status: Status = () => ({}),
  address = unmapped(socket.remoteAddress ?? ''),
): TelnetConnection {
  return new TelnetLine(socket, status, address);
}

/**
 * The key under which a socket holds its connection. It lets all connections share their listeners; closures
 * would weigh half as much as a connection.
 */
const LINE = Symbol('line');
interface LinedSocket extends Socket {
  [LINE]: TelnetLine;
}

function onData(this: LinedSocket, chunk: Uint8Array): void {
  this[LINE].read(chunk);
}
function onEnd(this: LinedSocket): void {
  this[LINE].hangUp();
}
function onClose(this: LinedSocket): void {
  this[LINE].goAway();
}
// A reset counts as a hang-up: 'close' follows.
function onError(this: LinedSocket, { code = '' }: NodeJS.ErrnoException): void {
  if (LOST.has(code)) this[LINE].lose();
}

/** A class, since a board has ten thousand of them and methods on a prototype take no memory. */
class TelnetLine implements TelnetConnection, TelnetHandler, BoardOptionsDelegate {
  readonly address: string;
  bytesIn = 0;
  notifier: Connection['notifier'];
  readonly #socket: Socket;
  readonly #options: BoardOptions;
  readonly #decoder = new TelnetDecoder(this);
  #terminal: Terminal = UNKNOWN_TERMINAL;
  #reader: Subscriber<Uint8Array> | undefined;
  #watchers: Set<Subscriber<Terminal>> | undefined;
  /** Subscribers to closed$. Usually one, so no array until there are two. */
  #closedSubscribers: Mourner | readonly Mourner[] | undefined;
  /** Input that came after the reader left in the middle of a chunk. */
  #held: Uint8Array[] | undefined;
  /**
   * The pieces of this chunk between telnet commands. Emitted together, since each emission costs the same.
   * Usually one.
   */
  #run: Uint8Array | undefined;
  #runs: Uint8Array[] | undefined;
  /** The last window size in this chunk. */
  #window: Pick<Terminal, 'columns' | 'rows'> | undefined;
  /** Output that isn't sent yet, since more may come: bytes as Latin-1, followed by text. */
  #bytes = '';
  #text = '';
  /** Output written while the socket was still sending. */
  #unsent: Unsent | undefined;
  #batching = false;
  /** Whether the last output was the echo of input, and no prompt. */
  #echoed = false;
  /** Whether an "are you there?" in this chunk was answered. One answer is enough. */
  #saidHere = false;
  /** The first bytes so far, until the protocol is recognised; then undefined. */
  #first: Uint8Array | undefined;
  /** Whether the first input may still be a crawler's request. */
  #isFirstText = false;
  #opener: Subscriber<never> | undefined;
  /** Why the connection ends, unless by a hang-up. */
  #fault: SessionEnd | undefined;
  #encodingChosen = false;
  #greeted = false;
  /** The bytes that came after we hung up. */
  #dropped = 0;
  #closing = false;
  #hungUp: boolean;
  #gone: boolean;

  constructor(socket: Socket, status: Status, address: string) {
    this.#socket = socket;
    this.#options = new BoardOptions(this, status);
    this.#gone = this.#hungUp = socket.closed;
    this.address = address;
    (socket as LinedSocket)[LINE] = this;
    // Don't read before there is a subscriber.
    socket.pause();
    socket.on('error', onError);
    socket.on('end', onEnd);
    socket.on('close', onClose);
    socket.on('data', onData);
  }

  get input$(): Observable<Uint8Array> {
    return new Observable((subscriber) => {
      if (this.#fault) return subscriber.error(this.#fault);
      if (this.#closing || (this.#hungUp && !this.#held?.length)) return subscriber.complete();
      this.#reader = subscriber;
      feed(subscriber, this);
      if (!this.#greeted) {
        this.#greeted = true;
        this.batch(() => this.#options.offer());
      }
      // Resumed first, since delivering held input may make the reader pause.
      this.resume();
      for (const bytes of this.#held?.splice(0) ?? []) this.deliver(bytes);
      if (this.#hungUp) subscriber.complete();
    });
  }
  /** Called when the reader leaves. */
  unsubscribe(): void {
    if (!this.#reader?.closed) return;
    this.#reader = undefined;
    this.pause();
  }
  get terminal$(): Observable<Terminal> {
    return new Observable((subscriber) => {
      subscriber.next(this.#terminal);
      if (this.#gone) return subscriber.complete();
      this.#watchers ??= new Set();
      this.#watchers.add(subscriber);
      subscriber.add(() => this.#watchers?.delete(subscriber));
    });
  }
  get recognised$(): Observable<never> | undefined {
    if (!this.#first) return undefined;
    return new Observable((subscriber) => {
      if (!this.#first || this.#gone) return subscriber.complete();
      this.#opener = subscriber;
    });
  }
  get closed$(): Observable<never> {
    return new Observable((subscriber) => {
      if (this.#gone) return subscriber.complete();
      this.#closedSubscribers = this.#closedSubscribers
        ? [...listOf(this.#closedSubscribers), subscriber]
        : subscriber;
    });
  }
  get drained$(): Observable<never> {
    return new Observable((subscriber) => {
      if (!this.writable() || this.backlog === 0) return subscriber.complete();
      this.sendOut();
      const sent = () => subscriber.complete();
      // The callback of an empty write runs when all earlier output is sent, or the connection is closed.
      if (this.#unsent) this.#unsent.whenSent(sent);
      else this.#socket.write('', sent);
    });
  }
  get terminal(): Terminal {
    return this.#terminal;
  }
  get bytesOut(): number {
    return this.#socket.bytesWritten + (this.writable() ? this.unsent() : 0);
  }
  get backlog(): number {
    return this.#socket.writableLength + this.unsent();
  }

  write(output: Output): void {
    this.#echoed = false;
    this.put(output);
  }
  echo(text: string): void {
    // Mark the prompt while it is still the last output.
    if (!this.#echoed && this.#text !== '' && this.#options.promptMark !== undefined) this.prepare();
    this.#echoed = true;
    this.put(text);
  }
  private put(output: Output): void {
    // Writing after end() would destroy the socket, and lose the last words.
    if (this.#closing) return;
    if (typeof output === 'string') this.#text += output;
    else {
      this.prepare();
      this.#bytes += latin1(escapeIac(output));
    }
    if (!this.#batching || this.#bytes.length + this.#text.length > BATCH_LENGTH) this.sendOut();
  }
  batch(act: () => void): void {
    const within = this.beginBatch();
    try {
      act();
    } finally {
      this.endBatch(within);
    }
  }
  recognise(): void {
    this.#first = NOTHING;
    this.#isFirstText = true;
  }
  setEncoding(encoding: Encoding): void {
    // Earlier output was meant for the old encoding.
    this.prepare();
    this.#encodingChosen = true;
    this.become({ ...this.#terminal, encoding });
  }
  hideTyping(): void {
    this.#options.secret = true;
  }
  showTyping(): void {
    this.#options.secret = false;
  }
  putBack(bytes: Uint8Array): void {
    this.hold(bytes);
  }
  get answers(): boolean {
    return this.#options.answers;
  }
  probe(): void {
    this.#options.probe();
  }
  pause(): void {
    if (!this.#closing) this.#socket.pause();
  }
  resume(): void {
    if (this.#reader) this.#socket.resume();
  }
  close(): void {
    if (this.#closing) return;
    this.sendOut();
    this.sendUnsent();
    this.#closing = true;
    // Nothing is left to send or read, so don't wait for the peer's FIN.
    if (this.#hungUp && this.backlog === 0) {
      this.destroy();
      return;
    }
    // Read and drop input that still comes: closing with unread input would reset the connection and lose the
    // last words. On a protocol fault send nothing and stop reading.
    if (this.#fault && !isForeign(this.#fault)) this.#socket.pause();
    else this.#socket.resume();
    this.#socket.end();
  }
  destroy(): void {
    this.#closing = true;
    this.#bytes = this.#text = '';
    this.#unsent?.clear();
    this.#socket.destroy();
    this.goAway();
  }

  // Called by the decoder.
  data(bytes: Uint8Array): void {
    if (!this.#run) this.#run = bytes;
    else {
      this.#runs ??= [this.#run];
      this.#runs.push(bytes);
    }
  }
  command(code: number): void {
    const key = KEY_OF[code];
    if (key !== undefined) this.data(Uint8Array.of(key));
    else if (code === COMMAND.AYT && this.#options.charge() && !this.#saidHere) {
      this.#saidHere = true;
      this.handOn();
      if (this.notifier) this.notifier.notify(HERE);
      else this.write(HERE);
    }
  }
  negotiate(verb: Verb, option: number): void {
    this.#options.negotiate(verb, option);
  }
  subnegotiation(option: number, payload: Uint8Array): void {
    this.#options.subnegotiation(option, payload);
  }
  dropped(): void {
    this.#options.charge();
  }

  // Called by the options.
  send(verb: Verb, option: number): void {
    // Input before the request must be delivered before the answer is sent.
    this.handOn();
    this.answer(String.fromCharCode(COMMAND.IAC, verb, option));
  }
  sendSubnegotiation(option: number, payload: Uint8Array): void {
    this.answer(latin1(subnegotiationBytes(option, payload)));
  }
  learned({ columns, rows, encoding, ...more }: Partial<Terminal>): void {
    if (columns !== undefined && rows !== undefined) {
      this.#window = {
        columns: cells(columns, UNKNOWN_TERMINAL.columns),
        rows: cells(rows, UNKNOWN_TERMINAL.rows),
      };
      return;
    }
    // Input before the change belongs to the old terms.
    this.handOn();
    this.become({
      ...this.#terminal,
      ...more,
      ...(encoding === undefined || this.#encodingChosen ? {} : { encoding }),
    });
  }
  abused(): void {
    this.handOn();
    this.#fault = endFor('protocol');
    this.#held = undefined;
    this.#reader?.error(this.#fault);
  }

  private writable(): boolean {
    return !this.#closing && this.#socket.writable;
  }

  // Called by the socket's listeners.
  read(chunk: Uint8Array): void {
    this.bytesIn += chunk.length;
    if (this.#closing) this.drop(chunk);
    else if (!this.#fault) this.readOpen(chunk);
  }
  private readOpen(chunk: Uint8Array): void {
    // Like `batch`, without a closure for each packet.
    const within = this.beginBatch();
    this.#saidHere = false;
    try {
      if (this.#first && !this.isOurs(this.#first, chunk)) return;
      this.#decoder.read(chunk);
      this.handOn();
      if (this.#window) this.become({ ...this.#terminal, ...this.#window });
      this.#window = undefined;
    } catch (error) {
      // The caller is the socket's listener, where an exception would end the process.
      this.#fault ??= new SessionEnd('connection-error', error);
      this.#reader?.error(this.#fault);
    } finally {
      this.endBatch(within);
    }
  }
  /** Checks the first bytes. If they are another protocol's, ends the input and returns false. */
  private isOurs(before: Uint8Array, chunk: Uint8Array): boolean {
    const first = before.length === 0 ? chunk : Buffer.concat([before, chunk]);
    const found = foreignProtocol(first);
    if (found.kind === 'more') {
      this.#first = Buffer.from(first);
      return true;
    }
    this.#first = undefined;
    if (found.kind === 'ours') {
      if (this.answersCrawler(first)) return false;
      this.#opener?.complete();
      this.#opener = undefined;
      return true;
    }
    this.refuse(found.answer, new SessionEnd('wrong-protocol', found.name));
    return false;
  }
  /** Sends an answer and ends the input. */
  private refuse(answer: string, end: SessionEnd): void {
    this.#opener = undefined;
    // On a line of its own below our greeting, which ends with a prompt, since most protocols are line-based.
    this.answer(/^[ -~]{2}/.test(answer) ? `\r\n${answer}` : answer);
    this.#held = undefined;
    this.#fault = end;
    this.#reader?.error(end);
  }
  /**
   * Answers a crawler that asks in text (tintin.mudhalla.net/protocols/mssp). Returns false if the bytes
   * aren't such a request.
   */
  private answersCrawler(bytes: Uint8Array): boolean {
    if (bytes.length > MAX_REQUEST_LENGTH || !MSSP_REQUEST.test(latin1(bytes))) return false;
    this.refuse(this.#options.statusText(), CRAWLER);
    return true;
  }
  hangUp(): void {
    this.#hungUp = true;
    if (this.#fault) this.#reader?.error(this.#fault);
    else this.#reader?.complete();
  }
  goAway(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.hangUp();
    this.#opener?.complete();
    this.#opener = undefined;
    if (this.#watchers) for (const watcher of [...this.#watchers]) watcher.complete();
    if (this.#closedSubscribers) for (const mourner of listOf(this.#closedSubscribers)) mourner.complete();
    this.#closedSubscribers = undefined;
  }
  lose(): void {
    this.#fault ??= endFor('lost');
  }

  private handOn(): void {
    const run = this.#runs ? Buffer.concat(this.#runs) : this.#run;
    this.#runs = this.#run = undefined;
    if (run) this.deliver(run);
  }

  private deliver(bytes: Uint8Array): void {
    if (this.#closing || this.#fault) return;
    if (this.#isFirstText) {
      this.#isFirstText = false;
      if (this.answersCrawler(bytes)) return;
    }
    const reader = this.#reader;
    if (!reader) {
      this.hold(bytes);
      return;
    }
    reader.next(bytes);
  }

  private hold(bytes: Uint8Array): void {
    this.#held ??= [];
    // Copied, since the buffer is reused for the next packet.
    this.#held.push(Buffer.from(bytes));
  }

  /**
   * Drops input after we hung up. Destroys the connection if there is too much: a client that keeps sending
   * doesn't read our goodbye.
   */
  private drop(chunk: Uint8Array): void {
    this.#dropped += chunk.length;
    if (this.#dropped > MAX_DROPPED) this.destroy();
  }

  /** Begins a batch. Returns whether it is nested; then the outer batch ends both. */
  private beginBatch(): boolean {
    const within = this.#batching;
    this.#batching = true;
    return within;
  }
  private endBatch(within: boolean): void {
    this.#batching = within;
    if (!within) this.sendOut();
  }

  private unsent(): number {
    return this.#bytes.length + this.#text.length + (this.#unsent?.length ?? 0);
  }

  /** Encodes the text that was written. */
  private prepare(): void {
    const text = this.#text;
    if (text === '') return;
    this.#text = '';
    this.#bytes += prepared(text, this.#terminal.encoding);
    // A client that agreed to the mark may wait for it as the end of a prompt.
    const mark = this.#echoed || text.endsWith('\n') ? undefined : this.#options.promptMark;
    if (mark !== undefined) this.#bytes += latin1(commandBytes(mark));
  }

  /** @param bytes As Latin-1. */
  private answer(bytes: string): void {
    if (this.#closing) return;
    this.prepare();
    this.#bytes += bytes;
    if (!this.#batching) this.sendOut();
  }

  private sendOut(): void {
    if (!this.writable()) return;
    if (this.#socket.writableLength > 0) {
      this.keepUnsent();
      return;
    }
    const text = this.#text;
    // The usual case. UTF-8 contains no IAC, and this is Node's fastest way to write.
    if (
      text.length < SHORT_TEXT &&
      text.endsWith('\n') &&
      this.#bytes === '' &&
      this.#terminal.encoding === 'utf-8'
    ) {
      this.#text = '';
      this.#socket.write(withCrLf(text), 'utf8');
      return;
    }
    this.prepare();
    const bytes = this.#bytes;
    if (bytes === '') return;
    this.#bytes = '';
    this.#socket.write(bytes, 'latin1');
  }

  /** Keeps output until the socket has sent what it has. */
  private keepUnsent(): void {
    this.prepare();
    const bytes = this.#bytes;
    if (bytes === '') return;
    this.#bytes = '';
    if (!this.#unsent) {
      this.#unsent = new Unsent();
      this.#socket.write('', () => this.sendUnsent());
    }
    this.#unsent.add(bytes);
  }
  private sendUnsent(): void {
    const unsent = this.#unsent;
    this.#unsent = undefined;
    unsent?.flush((bytes, sent) => this.#socket.write(bytes, sent));
  }

  private become(now: Terminal): void {
    const was = this.#terminal;
    const keys = Object.keys(was) as (keyof Terminal)[];
    if (keys.every((key) => now[key] === was[key])) return;
    this.#terminal = now;
    for (const watcher of [...(this.#watchers ?? [])]) watcher.next(now);
  }
}

/** Encodes a text with telnet's newlines, as Latin-1. */
function prepared(text: string, encoding: Encoding): string {
  // UTF-8 contains no IAC, and no CR or LF but those of the text.
  if (encoding === 'utf-8') return withCrLf(utf8AsLatin1(text));
  const lines = withCrLf(text);
  // Tests `text` rather than `lines`, since it is a flat string by now and faster to scan.
  return isAscii(text) ? lines : latin1(escapeIac(encoded(lines, encoding)));
}

function withCrLf(text: string): string {
  const last = text.length - 1;
  // The usual case: one line.
  if (text.indexOf('\n') === last && text.charCodeAt(last - 1) !== CR) return `${text.slice(0, last)}\r\n`;
  return text.includes('\r') ? text.replace(/\r?\n/g, '\r\n') : text.replaceAll('\n', '\r\n');
}

type Mourner = Subscriber<never>;
const listOf = (mourners: Mourner | readonly Mourner[]): readonly Mourner[] =>
  mourners instanceof Subscriber ? [mourners] : mourners;

/** Returns a plausible window size. */
function cells(count: number, otherwise: number): number {
  return count === 0 ? otherwise : Math.min(count, MAX_CELLS);
}
