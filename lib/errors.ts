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
