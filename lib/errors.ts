/** The kinds of mistakes in an option. */
export type OptionsErrorCode = 'OPTION_MISSING' | 'OPTION_UNKNOWN' | 'OPTION_INVALID';

/** The fields of an {@link OptionsError} besides its message. */
export interface OptionsErrorDetails {
  /** The kind of mistake. */
  readonly code: OptionsErrorCode;
  /** The option's name. */
  readonly option: string;
  /** The value that was given. */
  readonly value?: unknown;
  /** The allowed values, in words. */
  readonly allowed?: string | undefined;
  /** The known option with the nearest name, for an unknown one. */
  readonly nearest?: string | undefined;
}

/**
 * Thrown by `createImpulse`, `createSessionManager` and `setLimits` when an option can't be used. It is
 * thrown before anything happens: no port is opened and no limit is changed. The message is one line with the
 * option, its value, the function that got it, and the allowed values.
 *
 * @example
 * ```ts
 * import { createImpulse, lobby, OptionsError } from 'impulse-bbs';
 *
 * try {
 *   createImpulse({ app: lobby(), maxSessions: -1 });
 * } catch (error) {
 *   if (error instanceof OptionsError) console.error(error.option, error.value, error.allowed);
 * }
 * ```
 */
export class OptionsError extends Error {
  /** The name of the class. */
  override readonly name = 'OptionsError';
  /**
   * `OPTION_MISSING` for an option without a default, `OPTION_UNKNOWN` for a name that no option has,
   * `OPTION_INVALID` for a value that isn't allowed.
   */
  readonly code: OptionsErrorCode;
  /** The name of the option; `options` if the argument isn't an object of options. */
  readonly option: string;
  /** The value that was given. */
  readonly value: unknown;
  /** The allowed values, in words; `undefined` for an unknown option. */
  readonly allowed: string | undefined;
  /** The known option with the name nearest to an unknown one, if any is near. */
  readonly nearest: string | undefined;

  constructor(message: string, { code, option, value, allowed, nearest }: OptionsErrorDetails) {
    super(message);
    this.code = code;
    this.option = option;
    this.value = value;
    this.allowed = allowed;
    this.nearest = nearest;
  }
}

/** What a {@link ListenError} says of itself besides its message. */
export interface ListenErrorDetails {
  /** The system's code, such as `EADDRINUSE`. */
  readonly code: string;
  /** The address that was asked for. */
  readonly host: string;
  /** The port that was asked for. */
  readonly port: number;
  /** The system's error. */
  readonly cause: unknown;
}

/**
 * `start()` rejects with it when the board can't listen. Nothing has begun then, and the board may be started
 * again.
 *
 * @example
 * ```ts
 * import { createImpulse, ListenError, lobby } from 'impulse-bbs';
 *
 * try {
 *   await createImpulse({ app: lobby(), port: 23 }).start();
 * } catch (error) {
 *   if (error instanceof ListenError && error.code === 'EACCES') console.error('Ports below 1024 need root.');
 * }
 * ```
 */
export class ListenError extends Error {
  /** The name of the class. */
  override readonly name = 'ListenError';
  /**
   * The system's code: `EADDRINUSE` for a port in use, `EACCES` for a port that this user may not open,
   * `EADDRNOTAVAIL` or `ENOTFOUND` for an address that isn't this machine's, `ENOTSOCK` for an `fd` that is no
   * TCP socket, and others.
   */
  readonly code: string;
  /** The address that was asked for. */
  readonly host: string;
  /** The port that was asked for. */
  readonly port: number;

  constructor(message: string, { code, host, port, cause }: ListenErrorDetails) {
    super(message, { cause });
    this.code = code;
    this.host = host;
    this.port = port;
  }
}

/** What was asked of a board in the wrong state. */
export type LifecycleErrorCode = 'ALREADY_STARTED' | 'NOT_STARTED' | 'SHUT_DOWN' | 'SOCKET_INHERITED';

/**
 * A board was asked for something that it can't do in its state. `start()` and `resume()` reject with it;
 * `suspend()`, `run()` and the Observable that `run()` returns fail with it.
 *
 * @example
 * ```ts
 * import { createSessionManager, LifecycleError, lobby } from 'impulse-bbs';
 * import { EMPTY } from 'rxjs';
 *
 * const manager = createSessionManager({ app: lobby() });
 * manager.run(EMPTY).subscribe();
 * try {
 *   manager.run(EMPTY);
 * } catch (error) {
 *   if (error instanceof LifecycleError) console.error(error.code);
 * }
 * ```
 */
export class LifecycleError extends Error {
  /** The name of the class. */
  override readonly name = 'LifecycleError';

  constructor(
    /**
     * `ALREADY_STARTED`: a board starts once. `NOT_STARTED`: it doesn't listen yet. `SHUT_DOWN`: it was shut
     * down, maybe before it listened. `SOCKET_INHERITED`: it can't open a socket again that it got by `fd`.
     */
    readonly code: LifecycleErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** What is wrong with a file of accounts. */
export type AccountsErrorCode = 'ACCOUNTS_UNREADABLE' | 'ACCOUNTS_INVALID' | 'ACCOUNTS_TOO_LARGE';

/**
 * A password could not be checked. It is the `error` of the events of the session that ended for it
 * (`login-failed`).
 *
 * @example
 * ```ts
 * import { AccountsError, createImpulse, lobby, passwords } from 'impulse-bbs';
 *
 * createImpulse({ app: lobby(), authenticate: passwords('accounts') }).event$.subscribe((event) => {
 *   if (event.type === 'sessionClosing' && event.error instanceof AccountsError) console.error(event.error.file);
 * });
 * ```
 */
export class AccountsError extends Error {
  /** The name of the class. */
  override readonly name = 'AccountsError';

  constructor(
    /**
     * `ACCOUNTS_UNREADABLE`: the system's error is the `cause`. `ACCOUNTS_INVALID`: a line is no account.
     * `ACCOUNTS_TOO_LARGE`: it isn't read at all.
     */
    readonly code: AccountsErrorCode,
    /** The file. */
    readonly file: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
