import { deepStrictEqual } from 'node:assert/strict';

/** What a {@link TestScheduler} compares, beside the subscriptions. */
interface TestMessage {
  readonly frame: number;
  readonly notification: {
    readonly kind: 'N' | 'E' | 'C';
    readonly value?: unknown;
    readonly error?: unknown;
  };
}

/**
 * Throws if what came isn't what was expected, and says which in the words of a diagram's reader: at which millisecond
 * there was what.
 */
export function assertSame(actual: unknown, expected: unknown): void {
  try {
    deepStrictEqual(actual, expected);
  } catch (error) {
    if (areMessages(actual) && areMessages(expected)) deepStrictEqual(inWords(actual), inWords(expected));
    throw error;
  }
}

const areMessages = (value: unknown): value is TestMessage[] =>
  Array.isArray(value) && value.every((each) => 'frame' in each && 'notification' in each);

const inWords = (messages: readonly TestMessage[]) =>
  messages.map(({ frame, notification: { kind, value, error } }) =>
    kind === 'C'
      ? `${frame} ms: |`
      : [`${frame} ms: ${kind === 'E' ? '#' : ''}`, kind === 'E' ? error : value],
  );
