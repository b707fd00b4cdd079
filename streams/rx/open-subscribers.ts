import type { Subscriber } from 'rxjs';

/** A list without subscribers, shared by all. */
export const NO_SUBSCRIBERS: readonly never[] = [];

/** Returns the open ones of these subscribers; the same array if all are open. */
export function openSubscribers<T>(subscribers: readonly Subscriber<T>[]): readonly Subscriber<T>[] {
  return subscribers.some(({ closed }) => closed) ? subscribers.filter(({ closed }) => !closed) : subscribers;
}

/** Returns the open ones of these subscribers, and a new one. */
export function withSubscriber<T>(
  subscribers: readonly Subscriber<T>[],
  added: Subscriber<T>,
): readonly Subscriber<T>[] {
  return subscribers.length === 0 ? [added] : [...openSubscribers(subscribers), added];
}
