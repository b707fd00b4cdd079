import type { Call } from '../../../streams/session/call.js';
import type { Connection } from '../../../streams/types/connection.js';
import type { ServerEvent } from '../../../streams/types/events.js';
import type { SessionId, SessionInfo } from '../../../streams/types/session.js';
import { endingOf, type Fault } from './faults.js';
import type { CallersLine } from './visit.js';

/** Compares the board's figures about its sessions with what their connections saw. */
export interface Accounts {
  /** A caller has connected. */
  called(connection: Connection, line: CallersLine): void;
  /** Checks an event when it is emitted. */
  event(event: ServerEvent, calls: ReadonlyMap<SessionId, Call>): void;
  /** Checks the sessions when all work of one moment is done. */
  tick(now: number, sessions: ReadonlyMap<SessionId, SessionInfo>): void;
  /** Checks what is left at the end. */
  close(): void;
}

/**
 * Checks that the byte counts of a session match its connection, that output reported as sent was read, that
 * typing is noticed, and that a session with a fault ends as it must.
 */
export function accounts(
  faultOf: (address: string) => Fault | undefined,
  blame: (words: string) => void,
): Accounts {
  const lines = new Map<Connection, CallersLine>();
  const lineOf = new Map<SessionId, CallersLine>();
  const active = new Set<SessionId>();
  const flushed: { line: CallersLine; bytesOut: number }[] = [];
  return {
    called: (connection, line) => void lines.set(connection, line),
    event(event, calls) {
      if (event.type === 'sessionOpened') {
        // Undefined if an earlier subscriber ended it already.
        const call = calls.get(event.session);
        const line = call && lines.get(call.connection);
        if (line) lineOf.set(event.session, line);
      }
      if (event.type === 'sessionAuthenticated') active.add(event.session);
      if (event.type !== 'sessionClosed') return;
      const { session, bytesIn, bytesOut, reason } = event;
      const due = endingOf(faultOf(event.address));
      if (active.delete(session) && due && reason !== due && reason !== 'kicked')
        blame(`session ${session} ended as ${reason}, and not as ${due}`);
      const line = lineOf.get(session);
      lineOf.delete(session);
      if (!line) return;
      if (bytesIn !== line.delivered) blame(`session ${session}: ${bytesIn} bytes in, of ${line.delivered}`);
      if (bytesOut !== line.written) blame(`session ${session}: ${bytesOut} bytes out, of ${line.written}`);
      if (event.flushed) flushed.push({ line, bytesOut });
    },
    tick(now, sessions) {
      for (const { id, lastInputAt } of sessions.values()) {
        const typedAt = lineOf.get(id)?.typedAt();
        if (typedAt !== undefined && lastInputAt < typedAt)
          blame(`session ${id} typed ${now - typedAt} ms ago, and not ${now - lastInputAt}`);
      }
    },
    close() {
      for (const { line, bytesOut } of flushed)
        if (line.isFaithful() && line.received !== bytesOut)
          blame(`a caller read ${line.received} of ${bytesOut} bytes, which were said to be sent`);
      for (const { isClosed, socket } of lines.values()) {
        if (!isClosed) blame('a line is left');
        if (socket.listenerCount('close') > 1) blame('a listener of a line is left');
      }
    },
  };
}
