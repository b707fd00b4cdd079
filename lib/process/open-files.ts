import { readFileSync } from 'node:fs';
import type { Limits } from '../../streams/types/limits.js';

/**
 * Descriptors that aren't callers' connections. The standard three, Node's own (epoll, pipes, worker
 * wake-ups) and the listeners are 23. The control socket takes 16 connections, the metrics 32. The rest is
 * for a log or an account file being read.
 */
export const SPARE_FILES = 96;

/**
 * Returns how many files this process may have open: its soft limit. Node raises that to the hard limit at
 * the start.
 *
 * @returns `null` if there is no limit, or if it can't be determined.
 */
export function openFilesLimit(): number | null {
  const soft = process.platform === 'linux' ? softFromProc() : softFromReport();
  const limit = Number(soft);
  return Number.isInteger(limit) ? limit : null;
}

/** See proc_pid_limits(5). Cheaper than a whole diagnostic report. */
function softFromProc(): string | undefined {
  try {
    return /^Max open files +(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

function softFromReport(): unknown {
  // Otherwise a report looks up the host name of every peer.
  const reporter = Object.assign(process.report, { excludeNetwork: true });
  const report = reporter.getReport() as { userLimits?: { open_files?: { soft?: unknown } } };
  return report.userLimits?.open_files?.soft;
}

/**
 * Returns how many callers may be saying goodbye at a time under the open-files limit, besides all sessions
 * and the waiting room.
 *
 * @param limit The result of {@link openFilesLimit}.
 */
export function farewellsThatFit(
  { maxSessions, waitingRoom }: Pick<Limits, 'maxSessions' | 'waitingRoom'>,
  limit: number | null,
): number {
  return limit === null
    ? Number.POSITIVE_INFINITY
    : Math.max(0, limit - maxSessions - waitingRoom - SPARE_FILES);
}
