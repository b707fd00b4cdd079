import type { ServerEvent } from '../types/events.js';

/** A connection held for longer took up room, which is an offence whatever was sent. */
const SILENT_MS = 10_000;

/**
 * Whether a caller hung up soon and without sending a byte, at the gate or on a node. Port monitors do that
 * (`nc -z`, health checks), and it is no offence.
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
