import type { BoardStats } from '../../../streams/events/stats.js';
import type { ServerClosed, ServerDraining } from '../../../streams/types/events.js';
import type { SessionState } from '../../../streams/types/session.js';

/** The longest request, in bytes. A request is one line of JSON. */
export const MAX_REQUEST_BYTES = 4096;

/** A request to a board. */
export type Request =
  | { readonly command: 'who' | 'stats' | 'watch' }
  | { readonly command: 'kick'; readonly node: number }
  | { readonly command: 'broadcast'; readonly text: string }
  | { readonly command: 'drain'; readonly inMs?: number; readonly cancel?: boolean };

/** A session on line, as the sysop sees it. */
export interface Caller {
  readonly node: number;
  readonly session: number;
  /** `null` until the caller has logged in. */
  readonly handle: string | null;
  readonly address: string;
  /** How the caller came: `telnet`, `tls`, `web`, `ssh`; `null` if that isn't known. */
  readonly transport: string | null;
  /** When the session opened, in ISO 8601, UTC. */
  readonly openedAt: string;
  readonly onLineMs: number;
  /** How long the caller has typed nothing. */
  readonly idleMs: number;
  readonly state: SessionState;
  /** The caller's room; empty if they are in none. */
  readonly where: string;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** The figures of a board and its process. Counts are since its start. */
export interface Figures extends Omit<BoardStats, 'lines'> {
  /** The time left of the countdown; `null` if none is running. */
  readonly closesInMs: number | null;
  readonly uptimeMs: number;
  readonly memoryBytes: number;
  /** The longest delay of the event loop since the last figures, in milliseconds. Input waited that long. */
  readonly lateMs: number;
}

/** The answer to `stats`. */
export interface Stats {
  /** When the figures were taken, in ISO 8601, UTC. */
  readonly time: string;
  /** The process id of the board. */
  readonly pid: number;
  /** The port that the board listens on. */
  readonly port: number;
  readonly figures: Figures;
}

/** The repeated answer to `watch`. */
export interface View {
  /** When the view was taken, in ISO 8601, UTC. */
  readonly time: string;
  readonly figures: Figures;
  readonly callers: readonly Caller[];
}

/** Callers were told that the board is closing: when a countdown began, and at each of its marks. */
export interface CountdownTold {
  readonly type: 'countdownTold';
  readonly leftMs: number;
  /** The number of callers who were told. */
  readonly heard: number;
  /** The time that was left of the countdown that this one replaced. */
  readonly insteadOfMs?: number;
}
/** Callers were told that the board stays open. */
export interface CountdownCancelled {
  readonly type: 'countdownCancelled';
  readonly heard: number;
}
/** The answers to `drain`, until the board is closed or the countdown is cancelled. */
export type DrainNews = CountdownTold | CountdownCancelled | ServerDraining | ServerClosed;
