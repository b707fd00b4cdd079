import type { ServerEvent, TimedEvent } from '../streams/types/events.js';
import { messageOf } from './text/message-of.js';

/**
 * Gives an event its time, and an event with an error its form in JSON, which would otherwise be `{}`. Changes
 * the event itself, which nobody has seen yet: a copy would cost more than everything else about an event.
 */
export function timed(event: ServerEvent, at: number): TimedEvent {
  const timedEvent = Object.assign(event, { at });
  // Not enumerable, so that it isn't a field of the event.
  if ('error' in event && event.error !== undefined)
    Object.defineProperty(event, 'toJSON', { value: toJSON });
  return timedEvent;
}

function toJSON(this: { readonly error: unknown }): object {
  return { ...this, error: jsonOf(this.error) };
}

function jsonOf(error: unknown): object {
  if (!(error instanceof Error)) return { name: typeof error, message: messageOf(error) };
  const { name, stack } = error;
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  return { name, message: error.message, ...code, stack };
}
