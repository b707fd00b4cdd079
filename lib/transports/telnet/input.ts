import { Observable } from 'rxjs';
import { CR } from '../../../streams/protocol/controls.js';
import {
  COMMAND,
  TelnetDecoder,
  type TelnetHandler,
  type Verb,
} from '../../../streams/protocol/telnet-codec.js';
import type { Destination } from '../../../streams/rx/operator.js';
import type { Connection } from '../../../streams/types/connection.js';
import type { SessionEnd } from '../../../streams/types/session-end.js';
import type { Protocol } from '../protocol.js';
import type { Wire } from '../wire.js';
import { FirstBytes, type Refusal } from './first-bytes.js';
import type { TelnetOutput } from './output.js';
import { withoutCrNul } from './without-cr-nul.js';

/** Commands that stand for keys (RFC 854), and the bytes of those keys. */
const KEY_OF: Partial<Record<number, number>> = {
  [COMMAND.IP]: 0x03,
  [COMMAND.BRK]: 0x03,
  [COMMAND.EC]: 0x08,
  [COMMAND.EL]: 0x15,
};

/** The connection of the input. */
export interface InputDelegate {
  /** Answers "are you there?". */
  sayHere(): void;
}

/**
 * The input of a connection: takes telnet's commands out of it, and delivers what the caller types to one
 * subscriber at a time. Without one it keeps what comes. A class, since every connection has one.
 */
export class TelnetInput
  implements TelnetHandler, Pick<Connection, 'input$' | 'putBack' | 'pause' | 'resume'>
{
  /** Why the input ends, unless by a hang-up. */
  fault: SessionEnd | undefined;
  /** Whether the caller hung up. */
  ended: boolean;
  readonly #delegate: InputDelegate;
  readonly #wire: Wire;
  readonly #protocol: Protocol;
  readonly #output: TelnetOutput;
  /** Only for telnet. */
  readonly #decoder: TelnetDecoder | undefined;
  /** Until the first input is recognised. */
  #firstBytes: FirstBytes | undefined;
  #subscriber: Destination<Uint8Array> | undefined;
  /** Input that came after the subscriber left in the middle of a chunk. */
  #held: Uint8Array[] | undefined;
  /**
   * The pieces of this chunk between telnet commands. Emitted together, since each emission costs the same.
   */
  #pieces: Uint8Array[] = [];
  /** Whether the last byte was a CR. */
  #afterReturn = false;
  /** Whether an "are you there?" in this chunk was answered. One answer is enough. */
  #saidHere = false;
  #offered = false;

  constructor(delegate: InputDelegate, wire: Wire, protocol: Protocol, output: TelnetOutput) {
    this.#delegate = delegate;
    this.#wire = wire;
    this.#protocol = protocol;
    this.#decoder = protocol.isTelnet ? new TelnetDecoder(this) : undefined;
    this.#output = output;
    this.ended = wire.closed;
  }

  get input$(): Observable<Uint8Array> {
    return new Observable((subscriber) => {
      if (this.fault) return subscriber.error(this.fault);
      if (this.#output.closed || (this.ended && !this.#held?.length)) return subscriber.complete();
      this.#subscriber = subscriber;
      // Itself rather than a closure, which would take 160 bytes for each connection.
      subscriber.add(this);
      if (!this.#offered) {
        this.#offered = true;
        this.#output.batch(() => this.#protocol.offer());
      }
      // Resumed first, since delivering held input may make the subscriber pause.
      this.resume();
      for (const bytes of this.#held?.splice(0) ?? []) this.emit(bytes);
      if (this.ended) subscriber.complete();
    });
  }
  /** Called when the subscriber leaves. */
  unsubscribe(): void {
    if (!this.#subscriber?.closed) return;
    this.#subscriber = undefined;
    this.pause();
  }
  /** See {@link Connection.recognised$}. */
  get recognised$(): Observable<never> | undefined {
    return this.#firstBytes?.recognised$;
  }

  /** See {@link TelnetConnection.recognise}. */
  recognise(page?: string): void {
    this.#firstBytes = new FirstBytes(this.#protocol, page);
  }
  putBack(bytes: Uint8Array): void {
    this.#held ??= [];
    // Copied, since the buffer is reused for the next packet.
    this.#held.push(Buffer.from(bytes));
  }
  pause(): void {
    if (!this.#output.closed) this.#wire.pause();
  }
  resume(): void {
    if (this.#subscriber) this.#wire.resume();
  }

  /** Reads a packet. */
  read(chunk: Uint8Array): void {
    this.#saidHere = false;
    if (this.#firstBytes && this.isRefused(this.#firstBytes.checkChunk(chunk))) return;
    if (!this.#decoder) {
      this.emit(chunk);
      return;
    }
    this.#decoder.read(chunk);
    this.deliver();
  }
  /** Delivers what came so far, before something happens that must come after it. */
  deliver(): void {
    const pieces = this.#pieces;
    const [first] = pieces;
    if (!first) return;
    this.#pieces = [];
    const input = pieces.length > 1 ? Buffer.concat(pieces) : first;
    // Nothing is left of a NUL behind the CR of the last packet.
    if (input.length === 0) return;
    this.#protocol.typed(input);
    this.emit(input);
  }
  /** Ends the input with an error. */
  fail(fault: SessionEnd): void {
    this.fault = fault;
    this.#held = undefined;
    this.#subscriber?.error(fault);
  }
  /** Ends the input, after the caller hung up. */
  end(): void {
    this.ended = true;
    if (this.fault) this.#subscriber?.error(this.fault);
    else this.#subscriber?.complete();
  }
  /** Called when the connection is gone. */
  close(): void {
    this.end();
    this.#firstBytes?.close();
  }

  // Called by the decoder.
  data(bytes: Uint8Array): void {
    const followsCr = this.#afterReturn;
    this.#afterReturn = bytes[bytes.length - 1] === CR;
    this.#pieces.push(this.#protocol.sendsBinary ? bytes : withoutCrNul(bytes, followsCr));
  }
  command(code: number): void {
    const key = KEY_OF[code];
    if (key !== undefined) this.data(Uint8Array.of(key));
    else if (code === COMMAND.AYT && this.#protocol.charge() && !this.#saidHere) {
      this.#saidHere = true;
      this.deliver();
      this.#delegate.sayHere();
    }
  }
  negotiate(verb: Verb, option: number): void {
    this.#protocol.negotiate(verb, option);
  }
  subnegotiation(option: number, payload: Uint8Array): void {
    this.#protocol.subnegotiation(option, payload);
  }
  dropped(): void {
    this.#protocol.charge();
  }

  private emit(bytes: Uint8Array): void {
    if (this.#output.closed || this.fault) return;
    if (this.#firstBytes && this.isRefused(this.#firstBytes.checkInput(bytes))) return;
    if (this.#subscriber) this.#subscriber.next(bytes);
    else this.putBack(bytes);
  }
  /** Sends the answer and ends the input, if the caller is refused. */
  private isRefused(refusal: Refusal | undefined): boolean {
    if (this.#firstBytes?.done) this.#firstBytes = undefined;
    if (!refusal) return false;
    this.#output.command(refusal.answer);
    this.fail(refusal.end);
    return true;
  }
}
