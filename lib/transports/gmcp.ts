import { concat, from, Observable, Subject } from 'rxjs';
import { fullBucket, takeToken } from '../../streams/admission/token-bucket.js';
import { gmcpMessage } from '../../streams/protocol/gmcp-text.js';
import type { GmcpMessage } from '../../streams/types/connection.js';
import type { Rate } from '../../streams/types/limits.js';
import { monotonic } from '../process/monotonic.js';

/** The names of packages that are kept for a late subscriber. */
const MAX_KEPT = 16;
/** The messages that are read from one client; more are dropped. */
const MAX_RATE: Rate = { count: 64, perMs: 1000, burst: 512 };

/** The connection of {@link Gmcp}. */
export interface GmcpDelegate {
  /** Sends a message, as text. */
  sendGmcp(text: string): void;
  /** Takes one answer from the client's budget. Returns false if it is spent. */
  charge(): boolean;
  /** The client said its name. */
  calledGmcp(client: string): void;
}

/**
 * GMCP of one connection, over telnet or a WebSocket: reads and writes messages, answers `Core.Ping`, and learns the
 * client's name from `Core.Hello`. A message that is malformed, or one too many, is dropped. A class, since it has
 * state; it is made when it is first needed.
 *
 * Source: https://www.gammon.com.au/gmcp, https://mudstandards.org/mud/gmcp
 */
export class Gmcp {
  /** Whether the client has GMCP. */
  isOn = false;
  readonly #delegate: GmcpDelegate;
  /** The last message of each package. */
  readonly #last = new Map<string, GmcpMessage>();
  readonly #messages = new Subject<GmcpMessage>();
  readonly #allowance = fullBucket(MAX_RATE, monotonic.now());

  constructor(delegate: GmcpDelegate) {
    this.#delegate = delegate;
  }

  /** See {@link Connection.gmcp$}. */
  readonly message$ = new Observable<GmcpMessage>((subscriber) =>
    concat(from([...this.#last.values()]), this.#messages).subscribe(subscriber),
  );

  /** Reads a message. */
  receive(text: string): void {
    const message =
      takeToken(this.#allowance, MAX_RATE, monotonic.now()) === 0 ? gmcpMessage(text) : undefined;
    if (!message) return;
    switch (message.name.toLowerCase()) {
      case 'core.ping':
        if (this.#delegate.charge()) this.send('Core.Ping');
        return;
      case 'core.hello':
        this.#greeted(message.value);
        break;
    }
    // The latest is last, so that a late subscriber gets them in order.
    this.#last.delete(message.name);
    if (this.#last.size < MAX_KEPT) this.#last.set(message.name, message);
    this.#messages.next(message);
  }

  /** See {@link Connection.sendGmcp}. */
  send(text: string): void {
    if (this.isOn) this.#delegate.sendGmcp(text);
  }

  /** Called when the connection is gone. */
  end(): void {
    this.#messages.complete();
  }

  #greeted(value: unknown): void {
    const { client } = Object(value);
    if (typeof client === 'string') this.#delegate.calledGmcp(client);
  }
}
