import { defer, EMPTY, Observable } from 'rxjs';
import { COMMAND, subnegotiationBytes, type Verb } from '../../../streams/protocol/telnet-codec.js';
import { NO_SUBSCRIBERS, withSubscriber } from '../../../streams/rx/open-subscribers.js';
import type { Destination } from '../../../streams/rx/operator.js';
import { UNKNOWN_TERMINAL } from '../../../streams/terminal/unknown-terminal.js';
import type {
  Connection,
  Encoding,
  GmcpMessage,
  Output,
  Terminal,
} from '../../../streams/types/connection.js';
import { endFor, isForeign, SessionEnd } from '../../../streams/types/session-end.js';
import type { Protocol } from '../protocol.js';
import type { Wire } from '../wire.js';
import type { BoardOptionsDelegate } from './board-options.js';
import { type InputDelegate, TelnetInput } from './input.js';
import { latin1 } from './options.js';
import { TelnetOutput } from './output.js';
import type { TelnetConnection } from './telnet-connection.js';

/** The largest window that is believed, in columns or rows. */
const MAX_CELLS = 1000;

/** The visible answer to "are you there?" (RFC 854). */
const HERE = '[Yes]\n';

/** The most bytes that are read and dropped after we hung up. */
const MAX_DROPPED = 1024 * 1024;

/** What is known of a connection from the start. */
export interface SocketConnectionOptions {
  readonly address: string;
  readonly transport: string | undefined;
  /** The terminal, until more is known. */
  readonly terminal?: Terminal;
  /** Makes the protocol of the stream. */
  readonly protocol: (delegate: BoardOptionsDelegate) => Protocol;
}

/**
 * Ties a stream's input, output and protocol together. A class, since a board has ten thousand of them
 * and methods on a prototype take no memory.
 */
export class SocketConnection implements TelnetConnection, InputDelegate, BoardOptionsDelegate {
  readonly address: string;
  bytesIn = 0;
  notifier: Connection['notifier'];
  terminal: Terminal;
  readonly transport: string | undefined;
  readonly #wire: Wire;
  readonly #protocol: Protocol;
  readonly #output: TelnetOutput;
  readonly #input: TelnetInput;
  #terminalSubscribers: Set<Destination<Terminal>> | undefined;
  #closedSubscribers: readonly Destination<never>[] = NO_SUBSCRIBERS;
  /** The last window size in this chunk. */
  #window: Pick<Terminal, 'columns' | 'rows'> | undefined;
  #encodingChosen = false;
  /** The bytes that came after we hung up. */
  #dropped = 0;
  #gone: boolean;

  constructor(
    wire: Wire,
    { address, transport, terminal = UNKNOWN_TERMINAL, protocol }: SocketConnectionOptions,
  ) {
    this.#wire = wire;
    this.#protocol = protocol(this);
    this.#output = new TelnetOutput(wire, this.#protocol);
    this.#input = new TelnetInput(this, wire, this.#protocol, this.#output);
    this.#gone = wire.closed;
    this.address = address;
    this.transport = transport;
    this.terminal = terminal;
    this.#output.encoding = terminal.encoding;
  }

  get input$(): Observable<Uint8Array> {
    return this.#input.input$;
  }
  get recognised$(): Observable<never> | undefined {
    return this.#input.recognised$;
  }
  get terminal$(): Observable<Terminal> {
    return new Observable((subscriber) => {
      subscriber.next(this.terminal);
      if (this.#gone) return subscriber.complete();
      this.#terminalSubscribers ??= new Set();
      this.#terminalSubscribers.add(subscriber);
      return () => this.#terminalSubscribers?.delete(subscriber);
    });
  }
  get closed$(): Observable<never> {
    return new Observable((subscriber) => {
      if (this.#gone) return subscriber.complete();
      this.#closedSubscribers = withSubscriber(this.#closedSubscribers, subscriber);
    });
  }
  get gmcp$(): Observable<GmcpMessage> {
    return defer(() => (this.#gone ? EMPTY : (this.#protocol.gmcp?.message$ ?? EMPTY)));
  }
  get drained$(): Observable<never> {
    return this.#output.drained$;
  }
  get bytesOut(): number {
    return this.#output.bytesOut;
  }
  get backlog(): number {
    return this.#output.backlog;
  }
  get answers(): boolean {
    return this.#protocol.answers;
  }

  write(output: Output): void {
    this.#output.write(output);
  }
  echo(text: string): void {
    this.#output.echo(text);
  }
  batch(act: () => void): void {
    this.#output.batch(act);
  }
  get hasGmcp(): boolean {
    return this.#protocol.hasGmcp;
  }
  sendGmcp(text: string): void {
    if (this.hasGmcp) this.#protocol.gmcp?.send(text);
  }
  recognise(page?: string): void {
    this.#input.recognise(page);
  }
  setEncoding(encoding: Encoding): void {
    // Earlier output was meant for the old encoding.
    this.#output.encode();
    this.#encodingChosen = true;
    this.become({ ...this.terminal, encoding });
  }
  setEcho(on: boolean): void {
    if (this.#protocol.isTelnet) this.#protocol.setEcho(on);
    else this.become({ ...this.terminal, echo: on });
  }
  askBinary(): void {
    this.#protocol.askBinary();
  }
  hideTyping(): void {
    this.#protocol.secret = true;
  }
  showTyping(): void {
    this.#protocol.secret = false;
  }
  putBack(bytes: Uint8Array): void {
    this.#input.putBack(bytes);
  }
  probe(): void {
    this.#protocol.probe();
  }
  pause(): void {
    this.#input.pause();
  }
  resume(): void {
    this.#input.resume();
  }
  close(): void {
    if (this.#output.closed) return;
    this.#output.close();
    // Nothing is left to send or read, so don't wait for the peer's FIN.
    if (this.#input.ended && this.backlog === 0) {
      this.destroy();
      return;
    }
    // Read and drop input that still comes: closing with unread input would reset the connection and lose the
    // last words. On a protocol fault send nothing and stop reading.
    const { fault } = this.#input;
    if (fault && !isForeign(fault)) this.#wire.pause();
    else this.#wire.resume();
    this.#wire.end();
  }
  destroy(): void {
    this.#output.discard();
    this.#wire.destroy();
    this.goAway();
  }

  /** The client's window has this size now. 0 columns or rows mean that the client doesn't know. */
  resize(columns: number, rows: number): void {
    this.become({
      ...this.terminal,
      columns: cells(columns, UNKNOWN_TERMINAL.columns),
      rows: cells(rows, UNKNOWN_TERMINAL.rows),
    });
  }

  // Called by the wire's listeners.
  read(chunk: Uint8Array): void {
    this.bytesIn += chunk.length;
    if (this.#output.closed) this.drop(chunk);
    else if (!this.#input.fault) this.readOpen(chunk);
  }
  hangUp(): void {
    this.#input.end();
  }
  goAway(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#input.close();
    this.#protocol.close();
    for (const subscriber of [...(this.#terminalSubscribers ?? [])]) subscriber.complete();
    for (const subscriber of this.#closedSubscribers) subscriber.complete();
    this.#closedSubscribers = NO_SUBSCRIBERS;
  }
  /** Ends the input with an error. */
  fail(fault: SessionEnd): void {
    this.#input.fail(fault);
  }
  lose(): void {
    this.#input.fault ??= endFor('lost');
  }

  // Called by the input.
  sayHere(): void {
    if (this.notifier) this.notifier.notify(HERE);
    else this.write(HERE);
  }

  // Called by the protocol.
  send(verb: Verb, option: number): void {
    // Input before the request must be delivered before the answer is sent.
    this.#input.deliver();
    this.#output.command(String.fromCharCode(COMMAND.IAC, verb, option));
  }
  sendSubnegotiation(option: number, payload: Uint8Array): void {
    this.#output.command(latin1(subnegotiationBytes(option, payload)));
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
    this.#input.deliver();
    this.become({
      ...this.terminal,
      ...more,
      ...(encoding === undefined || this.#encodingChosen ? {} : { encoding }),
    });
  }
  abused(): void {
    this.#input.deliver();
    this.#input.fail(endFor('protocol'));
  }

  private readOpen(chunk: Uint8Array): void {
    // Like `batch`, without a closure for each packet.
    const within = this.#output.beginBatch();
    try {
      this.#input.read(chunk);
      if (this.#window) this.become({ ...this.terminal, ...this.#window });
      this.#window = undefined;
    } catch (error) {
      // The caller is the socket's listener, where an exception would end the process.
      this.#input.fail(this.#input.fault ?? new SessionEnd('connection-error', error));
    } finally {
      this.#output.endBatch(within);
    }
  }
  /**
   * Drops input after we hung up. Destroys the connection if there is too much: a client that keeps sending
   * doesn't read our goodbye.
   */
  private drop(chunk: Uint8Array): void {
    this.#dropped += chunk.length;
    if (this.#dropped > MAX_DROPPED) this.destroy();
  }

  private become(now: Terminal): void {
    const was = this.terminal;
    const keys = Object.keys(was) as (keyof Terminal)[];
    if (keys.every((key) => now[key] === was[key])) return;
    this.terminal = now;
    this.#output.encoding = now.encoding;
    for (const subscriber of [...(this.#terminalSubscribers ?? [])]) subscriber.next(now);
  }
}

/** Returns a plausible window size. */
function cells(count: number, otherwise: number): number {
  return count === 0 ? otherwise : Math.min(count, MAX_CELLS);
}
