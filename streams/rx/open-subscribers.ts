import type { Destination } from './operator.js';

/** A list without subscribers, shared by all. */
export const NO_SUBSCRIBERS: readonly never[] = [];

/** Returns the open ones of these subscribers; the same array if all are open. */
export function openSubscribers<T>(subscribers: readonly Destination<T>[]): readonly Destination<T>[] {
  return subscribers.some(({ closed }) => closed) ? subscribers.filter(({ closed }) => !closed) : subscribers;
}

/** Returns the open ones of these subscribers, and a new one. */
export function withSubscriber<T>(
  subscribers: readonly Destination<T>[],
  added: Destination<T>,
): readonly Destination<T>[] {
  return subscribers.length === 0 ? [added] : [...openSubscribers(subscribers), added];
}
