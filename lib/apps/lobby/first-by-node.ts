import type { SessionInfo } from '../../../streams/types/session.js';

/**
 * Returns the `most` sessions with the lowest nodes, in order. Avoids sorting ten thousand sessions for the
 * few that are shown.
 */
export function firstByNode(sessions: Iterable<SessionInfo>, max: number): SessionInfo[] {
  const first: SessionInfo[] = [];
  for (const info of sessions) {
    const last = first.at(-1);
    if (first.length >= max && last && last.node <= info.node) continue;
    let index = first.length;
    while (index > 0 && (first[index - 1] as SessionInfo).node > info.node) index -= 1;
    first.splice(index, 0, info);
    if (first.length > max) first.pop();
  }
  return first;
}
