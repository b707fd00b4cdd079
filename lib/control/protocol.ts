import type { Tally } from '../../streams/events/tally.js';
import type { ServerClosed, ServerDraining } from '../../streams/types/events.js';
import type { SessionState } from '../../streams/types/session.js';

/** A request is one line of JSON, of at most so many bytes. */
export const MAX_REQUEST_BYTES = 4096;

/** What a board is asked, or told. */
export type Request =
  | { readonly command: 'who' | 'stats' | 'watch' }
  | { readonly command: 'kick'; readonly node: number }
  | { readonly command: 'broadcast'; readonly text: string }
  | { readonly command: 'drain'; readonly inMs?: number; readonly cancel?: boolean };

/** Somebody on line, as the sysop sees them. */
export interface Caller {
  readonly node: number;
  readonly session: number;
  /** `null` until they have logged in. */
  readonly handle: string | null;
  readonly address: string;
  /** When the session opened, ISO 8601 in UTC. */
  readonly openedAt: string;
  readonly onLineMs: number;
  /** How long they have typed nothing. */
  readonly idleMs: number;
  readonly state: SessionState;
  /** The room they are in; empty if they are in none. */
  readonly where: string;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** A board and its process in figures; counts are since its start. */
export interface Figures extends Omit<Tally, 'lines'> {
  /** Until a countdown is at its end; `null` if none runs. */
  readonly closesInMs: number | null;
  readonly uptimeMs: number;
  readonly memoryBytes: number;
  /** How late the event loop was since it was last looked at, at most: what waited that long was somebody's key. */
  readonly lateMs: number;
}

/** What `stats` answers. */
export interface Stats {
  /** When this was so, ISO 8601 in UTC. */
  readonly time: string;
  /** The board's process. */
  readonly pid: number;
  /** The port that it listens on. */
  readonly port: number;
  readonly figures: Figures;
}

/** What `watch` answers, again and again. */
export interface View {
  /** When this was so, ISO 8601 in UTC. */
  readonly time: string;
  readonly figures: Figures;
  readonly callers: readonly Caller[];
}

/** Callers were told that the board closes: as a countdown began, perhaps in place of another, and at each of its marks. */
export interface CountdownTold {
  readonly type: 'countdownTold';
  readonly leftMs: number;
  /** How many callers were told. */
  readonly heard: number;
  /** What the countdown had left that this one replaced. */
  readonly insteadOfMs?: number;
}
/** Callers were told that the board stays open. */
export interface CountdownCancelled {
  readonly type: 'countdownCancelled';
  readonly heard: number;
}
/** What `drain` answers, one after the other, until the board is closed or the countdown is cancelled. */
export type DrainNews = CountdownTold | CountdownCancelled | ServerDraining | ServerClosed;
