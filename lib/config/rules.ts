/**
 * A rule for the values of a setting. It applies to the command line's text and to a program's options alike.
 */
export interface Rule<Value = unknown> {
  /** The allowed values, as a short phrase that can follow "allowed is". */
  readonly allowed: string;
  /** Returns whether a value is allowed. Never throws. */
  readonly accepts: (value: unknown) => value is Value;
}

/** A whole number between two bounds. */
export const integer = (min: number, max: number, what = 'a whole number'): Rule<number> => ({
  allowed: `${what} from ${min} to ${max}`,
  accepts: (value): value is number =>
    Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
});

/** One of several words. */
export const word = <const Word extends string>(words: readonly Word[]): Rule<Word> => ({
  allowed: `one of ${words.map((each) => `'${each}'`).join(', ')}`,
  accepts: (value): value is Word => (words as readonly unknown[]).includes(value),
});

/** `true` or `false`. */
export const flagged: Rule<boolean> = {
  allowed: 'true or false',
  accepts: (value) => typeof value === 'boolean',
};

/** A string that passes a test. */
export const text = (allowed: string, fits: (text: string) => boolean): Rule<string> => ({
  allowed,
  accepts: (value): value is string => typeof value === 'string' && fits(value),
});

/** A function. `allowed` describes it. */
export const callback = (allowed: string): Rule => ({
  allowed,
  accepts: (value): value is unknown => typeof value === 'function',
});

/** An object with these methods. */
export const withMethods = (what: string, ...methods: readonly string[]): Rule => ({
  allowed: `${what}, with the methods ${methods.join(', ')}`,
  accepts: (value): value is unknown =>
    methods.every((method) => typeof (value as Record<string, unknown> | null)?.[method] === 'function'),
});

/** Allows `null`, which means off, in addition. */
export const orNull = <Value>({ allowed, accepts }: Rule<Value>): Rule<Value | null> => ({
  allowed: `${allowed}, or null`,
  accepts: (value): value is Value | null => value === null || accepts(value),
});
