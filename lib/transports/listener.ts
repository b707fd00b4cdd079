import type { Observable } from 'rxjs';
import type { ConnectionAttempt } from '../../streams/types/admission.js';

/** The address that a board listens on. */
export interface ListeningAddress {
  /** The IP address. */
  readonly address: string;
  /** `IPv4` or `IPv6`. */
  readonly family: string;
  /** The port: the free one that was taken, if the option was 0. */
  readonly port: number;
}

/** An open port, and the connections that come in through it. */
export interface Listening {
  /** The name of the transport, for events and `who`: `telnet`, `tls`, `web`, `ssh`, or one of your own. */
  readonly transport: string;
  /** Where it listens. */
  readonly address: ListeningAddress;
  /** The connections, from subscription on. Unsubscribing closes the port; connections stay. */
  readonly connection$: Observable<ConnectionAttempt>;
  /**
   * Opens the port again at the same address, after {@link Listening.connection$} was unsubscribed from. Without
   * it, the board can't be suspended.
   */
  readonly again$?: Observable<Listening> | undefined;
}

/**
 * A source of connections. Subscribing opens a port. It emits once, when the port is open, and errors if it
 * can't be opened. Unsubscribing closes the port.
 *
 * @example
 * ```ts
 * import { createSessionManager, lobby, telnet } from 'impulse-bbs';
 * import { merge, mergeMap, takeUntil, timer } from 'rxjs';
 *
 * const { run } = createSessionManager({ app: lobby() });
 * const connection$ = merge(telnet({ port: 0 }), telnet({ port: 0 })).pipe(
 *   mergeMap(({ connection$ }) => connection$),
 *   takeUntil(timer(1000)),
 * );
 * run(connection$).subscribe((event) => console.log(event.type));
 * ```
 */
export type Listener = Observable<Listening>;
