/** What is wrong with an option. */
export type OptionsErrorCode = 'OPTION_MISSING' | 'OPTION_UNKNOWN' | 'OPTION_INVALID';

/** What an {@link OptionsError} tells apart from its sentence. */
export interface OptionsErrorDetails {
  /** What kind of mistake it is. */
  readonly code: OptionsErrorCode;
  /** The option's name. */
  readonly option: string;
  /** What it was given. */
  readonly value?: unknown;
  /** What it may be. */
  readonly allowed?: string | undefined;
  /** The known option whose name is nearest, of an unknown one. */
  readonly nearest?: string | undefined;
}

/**
 * An option can't be used. Thrown by `createImpulse`, `createSessionManager` and `setLimits` before anything happens: no port
 * is opened and no limit is changed. The message is one line: which option, its value, where it was given, and what is
 * allowed.
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
  /** The class's name. */
  override readonly name = 'OptionsError';
  /**
   * What is wrong: `OPTION_MISSING`, where there is no default; `OPTION_UNKNOWN`, for a name that no option has; or
   * `OPTION_INVALID`, for a value that isn't allowed.
   */
  readonly code: OptionsErrorCode;
  /** The name of the option; `options` if what was given is no object of options. */
  readonly option: string;
  /** The value that was given. */
  readonly value: unknown;
  /** Which values are allowed, in words; `undefined` for an unknown option. */
  readonly allowed: string | undefined;
  /** The option whose name is nearest to an unknown one, if one is near. */
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
