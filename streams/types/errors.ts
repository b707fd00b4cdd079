/** What an app or an authenticator did wrong. */
export type AppErrorCode = 'APP_NOT_OBSERVABLE' | 'APP_OUTPUT_INVALID' | 'APP_USER_INVALID';

/**
 * The app or the authenticator broke its contract. It is the `error` of the events of the session that ended
 * for it (`app-error`), and is never thrown at the board's caller. Errors that an app itself throws are passed
 * on as they are.
 *
 * @example
 * ```ts
 * import { AppError, createImpulse, lobby } from 'impulse-bbs';
 *
 * createImpulse({ app: lobby() }).event$.subscribe((event) => {
 *   if (event.type === 'sessionClosing' && event.error instanceof AppError) console.error(event.error.code);
 * });
 * ```
 */
export class AppError extends Error {
  /** The name of the class. */
  override readonly name = 'AppError';

  constructor(
    /**
     * `APP_NOT_OBSERVABLE`: it returned something else. `APP_OUTPUT_INVALID`: it wrote something besides text
     * and bytes. `APP_USER_INVALID`: the authenticator emitted no user with a visible handle.
     */
    readonly code: AppErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** What a transport did wrong. */
export type TransportErrorCode = 'TRANSPORT_CONNECTION_INVALID' | 'TRANSPORT_INPUT_INVALID';

/**
 * A third-party transport broke the contract of {@link Connection}. It is the `error` of a
 * `connectionRefused` (`error`) or of the events of the session that ended for it (`connection-error`). Errors
 * that a transport itself throws are passed on as they are.
 *
 * @example
 * ```ts
 * import { createSessionManager, lobby, TransportError } from 'impulse-bbs';
 *
 * createSessionManager({ app: lobby() }).event$.subscribe((event) => {
 *   if (event.type === 'connectionRefused' && event.error instanceof TransportError)
 *     console.error(event.error.message);
 * });
 * ```
 */
export class TransportError extends Error {
  /** The name of the class. */
  override readonly name = 'TransportError';

  constructor(
    /**
     * `TRANSPORT_CONNECTION_INVALID`: a member is missing or of the wrong type. `TRANSPORT_INPUT_INVALID`:
     * `input$` emitted something besides bytes.
     */
    readonly code: TransportErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** What went wrong on a bus. */
export type BusErrorCode = 'BUS_FEEDBACK';

/**
 * Thrown by `publish` when listeners answer each other without end.
 *
 * @example
 * ```ts
 * import { BusError, embeddedBus } from 'impulse-bbs';
 *
 * const bus = embeddedBus();
 * bus.channel$('echo').subscribe((message) => {
 *   try {
 *     bus.publish('echo', message);
 *   } catch (error) {
 *     if (error instanceof BusError) console.error(error.code);
 *   }
 * });
 * bus.publish('echo', 'hello');
 * ```
 */
export class BusError extends Error {
  /** The name of the class. */
  override readonly name = 'BusError';

  constructor(
    /** `BUS_FEEDBACK`: one message had more than a thousand answers in the same turn. */
    readonly code: BusErrorCode,
    message: string,
  ) {
    super(message);
  }
}
