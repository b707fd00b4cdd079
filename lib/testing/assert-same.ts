import { deepStrictEqual } from 'node:assert/strict';

/** The messages that a {@link TestScheduler} compares, besides subscriptions. */
interface TestMessage {
  readonly frame: number;
  readonly notification: {
    readonly kind: 'N' | 'E' | 'C';
    readonly value?: unknown;
    readonly error?: unknown;
  };
}

/**
 * Throws if the actual messages differ from the expected ones. The message shows both by millisecond, as in a
 * diagram.
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
