import type { Socket } from 'node:net';
import { Observable, type Subscriber } from 'rxjs';
import { COMMAND, escapeIac, type TelnetHandler, telnetDecoder, type Verb } from '../streams/codec.js';
import { SessionEnd } from '../streams/session-end.js';
import type { Connection, Output, Terminal } from '../streams/types.js';
import { Negotiator, type NegotiatorHost } from './negotiator.js';

/** A terminal that has said nothing. */
const UNKNOWN: Terminal = { columns: 80, rows: 24, echo: false };
/** A window that is larger isn't one. */
const MOST_CELLS = 1000;

/** Answers "are you there?" (RFC 854) with something a person can see. */
const HERE = '[Yes]\r\n';

/**
 * Telnet on a socket: what the caller types comes out of `input$`, free of telnet's commands; what is written is
 * escaped, and `\n` in text becomes CR LF. The options are offered when `input$` is first subscribed to, so that
 * a caller who is refused isn't negotiated with. `input$` is for one subscriber at a time; between two of them
 * nothing is read, and nothing is lost.
 */
export function telnet(socket: Socket): Connection {
  return new TelnetLine(socket);
}

/** A class, since a board has ten thousand of them and methods on a prototype weigh nothing. */
class TelnetLine implements Connection, TelnetHandler, NegotiatorHost {
  readonly address: string;
  readonly #socket: Socket;
  readonly #options = new Negotiator(this);
  readonly #decode = telnetDecoder(this);
  #terminal: Terminal = UNKNOWN;
  #reader: Subscriber<Uint8Array> | undefined;
  #watchers: Set<Subscriber<Terminal>> | undefined;
  /** The rest of a chunk, in whose middle the reader left. */
  #held: Uint8Array[] | undefined;
  #abuse: SessionEnd | undefined;
  #greeted = false;
  #closing = false;
  #hungUp: boolean;
  #gone: boolean;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#gone = this.#hungUp = socket.closed;
    this.address = socket.remoteAddress ?? '';
    // Nothing is read before somebody listens.
    socket.pause();
    socket.on('error', ignore); // A reset is a hang-up: 'close' follows.
    socket.on('end', () => this.#hangUp());
    socket.on('close', () => this.#goAway());
    socket.on('data', (chunk) => {
      if (!this.#closing && !this.#abuse) this.#decode(chunk);
    });
  }

  get input$(): Observable<Uint8Array> {
    return new Observable((subscriber) => {
      if (this.#abuse) return subscriber.error(this.#abuse);
      if (this.#closing || (this.#hungUp && !this.#held?.length)) return subscriber.complete();
      this.#reader = subscriber;
      subscriber.add(() => {
        if (this.#reader === subscriber) this.#reader = undefined;
        this.pause();
      });
      if (!this.#greeted) {
        this.#greeted = true;
        this.#options.offer();
      }
      // First, since what was held may make the reader pause.
      this.resume();
      for (const bytes of this.#held?.splice(0) ?? []) this.data(bytes);
      if (this.#hungUp) subscriber.complete();
    });
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
  get closed$(): Observable<never> {
    return new Observable((subscriber) => {
      if (this.#gone) return subscriber.complete();
      const done = () => subscriber.complete();
      this.#socket.once('close', done);
      subscriber.add(() => this.#socket.off('close', done));
    });
  }
  get terminal(): Terminal {
    return this.#terminal;
  }
  get bytesIn(): number {
    return this.#socket.bytesRead;
  }
  get bytesOut(): number {
    return this.#socket.bytesWritten;
  }
  get backlog(): number {
    return this.#socket.writableLength;
  }

  write(output: Output): void {
    // Writing after the end would cut the line, and the last words with it.
    if (this.#closing || !this.#socket.writable) return;
    this.#socket.write(typeof output === 'string' ? output.replace(/\r?\n/g, '\r\n') : escapeIac(output));
  }
  pause(): void {
    if (!this.#closing) this.#socket.pause();
  }
  resume(): void {
    if (this.#reader) this.#socket.resume();
  }
  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    // What still comes is read and dropped: closing on unread input would reset the line, and the last words with it.
    this.#socket.resume();
    this.#socket.end();
  }
  destroy(): void {
    this.#closing = true;
    this.#socket.destroy();
  }

  // What the decoder finds.
  data(bytes: Uint8Array): void {
    if (this.#closing || this.#abuse) return;
    if (this.#reader) this.#reader.next(bytes);
    else {
      this.#held ??= [];
      this.#held.push(bytes);
    }
  }
  command(code: number): void {
    if (code === COMMAND.AYT && this.#options.mayReply()) this.write(HERE);
  }
  negotiate(verb: Verb, option: number): void {
    this.#options.negotiate(verb, option);
  }
  subnegotiation(option: number, payload: Uint8Array): void {
    this.#options.subnegotiation(option, payload);
  }
  dropped(): void {}

  // What the negotiator decides.
  send(verb: Verb, option: number): void {
    if (!this.#closing && this.#socket.writable) this.#socket.write(Uint8Array.of(COMMAND.IAC, verb, option));
  }
  echoChanged(echo: boolean): void {
    this.#become({ ...this.#terminal, echo });
  }
  resized(columns: number, rows: number): void {
    this.#become({
      columns: cells(columns, UNKNOWN.columns),
      rows: cells(rows, UNKNOWN.rows),
      echo: this.#terminal.echo,
    });
  }
  abused(): void {
    this.#abuse = new SessionEnd('protocol');
    this.#held = undefined;
    this.#reader?.error(this.#abuse);
  }

  #become(now: Terminal): void {
    const { columns, rows, echo } = this.#terminal;
    if (now.columns === columns && now.rows === rows && now.echo === echo) return;
    this.#terminal = now;
    for (const watcher of [...(this.#watchers ?? [])]) watcher.next(now);
  }

  #hangUp(): void {
    this.#hungUp = true;
    this.#reader?.complete();
  }

  #goAway(): void {
    this.#gone = true;
    this.#hangUp();
    for (const watcher of [...(this.#watchers ?? [])]) watcher.complete();
  }
}

function ignore(): void {}

/** A window's size that can be believed. */
function cells(count: number, otherwise: number): number {
  return count === 0 ? otherwise : Math.min(count, MOST_CELLS);
}
