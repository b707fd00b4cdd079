import type { Socket } from 'node:net';
import { Observable, Subscriber } from 'rxjs';
import {
  COMMAND,
  commandBytes,
  escapeIac,
  subnegotiationBytes,
  TelnetDecoder,
  type TelnetHandler,
  type Verb,
} from '../../streams/protocol/codec.js';
import { CR } from '../../streams/protocol/controls.js';
import { foreignProtocol } from '../../streams/protocol/foreign-protocol.js';
import { unmapped } from '../../streams/protocol/ip-address.js';
import { feed } from '../../streams/rx/stage.js';
import { UNKNOWN_TERMINAL } from '../../streams/terminal/unknown-terminal.js';
import type { Connection, Encoding, Output, Terminal } from '../../streams/types/connection.js';
import { endFor, isForeign, SessionEnd } from '../../streams/types/session-end.js';
import { BoardOptions, type BoardOptionsHost, type Status } from './board-options.js';
import { encoded, isAscii, utf8AsLatin1 } from './encodings.js';
import { latin1 } from './options.js';
import { Unsent } from './unsent.js';

/** A window that is larger isn't one. */
const MAX_CELLS = 1000;

/** Answers "are you there?" (RFC 854) with something a person can see. */
const HERE = '[Yes]\n';

/** What is written while a chunk is read goes out together; of more than this, what there is by then. */
const BATCH_LENGTH = 64 * 1024;
/** Node takes three times the room of a longer one, before it makes bytes of it. */
const SHORT_TEXT = 1024;

const NOTHING = new Uint8Array(0);

/** How a crawler asks for our status that speaks no telnet. */
const MSSP_REQUEST = /^MSSP-REQUEST[\r\n\0]*$/;
const MAX_REQUEST_LENGTH = 16;
const CRAWLER = endFor('crawler');

/** Bytes that are still read, and dropped, of somebody we hung up on. */
const MAX_DROPPED = 1024 * 1024;

/** Commands that are keys of the terminal (RFC 854): what they type. */
const KEY_OF: Partial<Record<number, number>> = {
  [COMMAND.IP]: 0x03,
  [COMMAND.BRK]: 0x03,
  [COMMAND.EC]: 0x08,
  [COMMAND.EL]: 0x15,
};

/** Errors of a line whose other end is gone, without having said so. */
const LOST = new Set(['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN']);

/** A telnet line, as a connection. */
export interface TelnetConnection extends Connection {
  /** What is written meanwhile goes out together: a write of its own for each would cost more than all the rest. */
  batch(act: () => void): void;
  /**
   * Looks at the first bytes, from now on, and ends the input of whoever speaks another protocol (`wrong-protocol`), or asks for what
   * crawlers ask for in words (`crawler`), when it has answered in kind.
   */
  recognise(): void;
}

/**
 * Telnet on a socket: what the caller types comes out of `input$`, free of telnet's commands; what is written is
 * put into the terminal's encoding and escaped, and `\n` in text becomes CR LF. The options are offered when
 * `input$` is first subscribed to, so that a caller who is refused isn't negotiated with. `input$` is for one
 * subscriber at a time; between two of them nothing is read, and nothing is lost.
 *
 * @param status What a crawler is told that asks for it (MSSP).
 * @param address The caller's, where it isn't the other end's.
 */
export function telnet(
  socket: Socket,
  status: Status = () => ({}),
  address = unmapped(socket.remoteAddress ?? ''),
): TelnetConnection {
  return new TelnetLine(socket, status, address);
}

/** Where a socket has its line, for listeners that all lines share: closures of their own would weigh half as much as a line. */
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
// A reset is a hang-up: 'close' follows.
function onError(this: LinedSocket, { code = '' }: NodeJS.ErrnoException): void {
  if (LOST.has(code)) this[LINE].lose();
}

/** A class, since a board has ten thousand of them and methods on a prototype weigh nothing. */
class TelnetLine implements TelnetConnection, TelnetHandler, BoardOptionsHost {
  readonly address: string;
  bytesIn = 0;
  notifier: Connection['notifier'];
  readonly #socket: Socket;
  readonly #options: BoardOptions;
  readonly #decoder = new TelnetDecoder(this);
  #terminal: Terminal = UNKNOWN_TERMINAL;
  #reader: Subscriber<Uint8Array> | undefined;
  #watchers: Set<Subscriber<Terminal>> | undefined;
  /** Those who wait for the line to be gone: nearly always one, and a list would be half as large as that. */
  #mourners: Mourner | readonly Mourner[] | undefined;
  /** The rest of a chunk, in whose middle the reader left. */
  #held: Uint8Array[] | undefined;
  /** The runs of this chunk, between telnet's commands: handed on together, since each costs the same. Nearly always one. */
  #run: Uint8Array | undefined;
  #runs: Uint8Array[] | undefined;
  /** The last window's size in this chunk. */
  #window: Pick<Terminal, 'columns' | 'rows'> | undefined;
  /** What was written and not sent yet, since more may come: bytes, as Latin-1's letters, and then text. */
  #bytes = '';
  #text = '';
  /** What was written while the socket had something unsent. */
  #unsent: Unsent | undefined;
  #batching = false;
  /** Whether what was written last is what the caller typed, and no prompt. */
  #echoed = false;
  /** Whether this chunk's "are you there?" was answered: one answer says it for all of them. */
  #saidHere = false;
  /** What came so far of somebody who isn't recognised yet; undefined of everybody else. */
  #first: Uint8Array | undefined;
  /** Whether the first that is typed may still ask for our status. */
  #isFirstText = false;
  #opener: Subscriber<never> | undefined;
  /** Why the line ends, if that isn't a hang-up. */
  #fault: SessionEnd | undefined;
  #encodingChosen = false;
  #greeted = false;
  /** Bytes that came after we hung up. */
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
    // Nothing is read before somebody listens.
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
      // First, since what was held may make the reader pause.
      this.resume();
      for (const bytes of this.#held?.splice(0) ?? []) this.deliver(bytes);
      if (this.#hungUp) subscriber.complete();
    });
  }
  /** The reader has left. */
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
      this.#mourners = this.#mourners ? [...listOf(this.#mourners), subscriber] : subscriber;
    });
  }
  get drained$(): Observable<never> {
    return new Observable((subscriber) => {
      if (!this.writable() || this.backlog === 0) return subscriber.complete();
      this.sendOut();
      const sent = () => subscriber.complete();
      // An empty write is done when all before it is, or when the line is gone.
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
    // The prompt before it is marked, while it still stands last.
    if (!this.#echoed && this.#text !== '' && this.#options.promptMark !== undefined) this.prepare();
    this.#echoed = true;
    this.put(text);
  }
  private put(output: Output): void {
    // Writing after the end would cut the line, and the last words with it.
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
    // What was written before was meant for the old one.
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
    // Nothing is left to be said or heard, and that the other end takes its leave needn't be waited for.
    if (this.#hungUp && this.backlog === 0) {
      this.destroy();
      return;
    }
    // What still comes is read and dropped: closing on unread input would reset the line, and the last words with it.
    // To whoever is at fault there are none, and a flood is better left to their own kernel.
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

  // What the decoder finds.
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

  // What the options decide.
  send(verb: Verb, option: number): void {
    // An answer says that what was typed before has been read.
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
    // What was typed before was typed under the old terms.
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

  // What the socket tells.
  read(chunk: Uint8Array): void {
    this.bytesIn += chunk.length;
    if (this.#closing) this.drop(chunk);
    else if (!this.#fault) this.readOpen(chunk);
  }
  private readOpen(chunk: Uint8Array): void {
    // As `batch` does, without a closure for each packet.
    const within = this.beginBatch();
    this.#saidHere = false;
    try {
      if (this.#first && !this.isOurs(this.#first, chunk)) return;
      this.#decoder.read(chunk);
      this.handOn();
      if (this.#window) this.become({ ...this.#terminal, ...this.#window });
      this.#window = undefined;
    } catch (error) {
      // Above is the socket, where it would end the process.
      this.#fault ??= new SessionEnd('connection-error', error);
      this.#reader?.error(this.#fault);
    } finally {
      this.endBatch(within);
    }
  }
  /** Looks at the first bytes. Returns false, and ends the input, if they are another protocol's. */
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
  /** Answers somebody who wants no session, and ends the input. */
  private refuse(answer: string, end: SessionEnd): void {
    this.#opener = undefined;
    // Below our greeting, whose last line is a prompt: most protocols are made of lines.
    this.answer(/^[ -~]{2}/.test(answer) ? `\r\n${answer}` : answer);
    this.#held = undefined;
    this.#fault = end;
    this.#reader?.error(end);
  }
  /** Answers a crawler that asks in words (tintin.mudhalla.net/protocols/mssp). Returns false if this is none. */
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
    if (this.#mourners) for (const mourner of listOf(this.#mourners)) mourner.complete();
    this.#mourners = undefined;
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
    // The memory is another packet's next.
    this.#held.push(Buffer.from(bytes));
  }

  /** Whoever goes on and on while we say goodbye doesn't hear it; reading all that would cost more than it is worth. */
  private drop(chunk: Uint8Array): void {
    this.#dropped += chunk.length;
    if (this.#dropped > MAX_DROPPED) this.destroy();
  }

  /** Returns whether it is within another, whose end is the end of both. */
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

  /** Makes bytes of the text that was written. */
  private prepare(): void {
    const text = this.#text;
    if (text === '') return;
    this.#text = '';
    this.#bytes += prepared(text, this.#terminal.encoding);
    // A client that agreed to the mark may wait for it: it says that a prompt is all there is.
    const mark = this.#echoed || text.endsWith('\n') ? undefined : this.#options.promptMark;
    if (mark !== undefined) this.#bytes += latin1(commandBytes(mark));
  }

  /** @param bytes As Latin-1's letters. */
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
    // Nearly always. No byte of UTF-8 is an IAC, and Node's way to it is the shortest.
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

  /** Keeps what was written until the socket has sent what it has. */
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

/** The bytes of a text with telnet's newlines, as Latin-1's letters. */
function prepared(text: string, encoding: Encoding): string {
  const lines = withCrLf(text);
  // The text is in one piece by now, and quicker to look through than the lines.
  if (isAscii(text)) return lines;
  // No byte of UTF-8 is an IAC.
  return encoding === 'utf-8' ? utf8AsLatin1(lines) : latin1(escapeIac(encoded(lines, encoding)));
}

function withCrLf(text: string): string {
  const last = text.length - 1;
  // Nearly always: one line.
  if (text.indexOf('\n') === last && text.charCodeAt(last - 1) !== CR) return `${text.slice(0, last)}\r\n`;
  return text.includes('\r') ? text.replace(/\r?\n/g, '\r\n') : text.replaceAll('\n', '\r\n');
}

type Mourner = Subscriber<never>;
const listOf = (mourners: Mourner | readonly Mourner[]): readonly Mourner[] =>
  mourners instanceof Subscriber ? [mourners] : mourners;

/** A window's size that can be believed. */
function cells(count: number, otherwise: number): number {
  return count === 0 ? otherwise : Math.min(count, MAX_CELLS);
}
