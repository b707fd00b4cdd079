import type { ServerEvent } from '../types/events.js';

/** A line that was held for longer took up a place, and that is an offence whatever was said on it. */
const SILENT_MS = 10_000;

/**
 * Whether a caller hung up soon and without a byte, at the gate or on a node: a monitor that looks whether the port is open
 * (`nc -z`, a health check) does nothing else, and there is nothing to blame it for.
 */
export function isSilent(event: ServerEvent): boolean {
  if (event.type === 'connectionRefused') return event.detail === 'silent';
  return (
    event.type === 'sessionClosed' &&
    event.reason === 'hangup' &&
    event.bytesIn === 0 &&
    event.durationMs < SILENT_MS
  );
}
