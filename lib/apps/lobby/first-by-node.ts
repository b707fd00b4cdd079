import type { SessionInfo } from '../../../streams/types/session.js';

/**
 * Returns the `most` sessions with the lowest nodes, in order. Avoids sorting ten thousand sessions for the
 * few that are shown.
 */
export function firstByNode(sessions: Iterable<SessionInfo>, most: number): SessionInfo[] {
  const first: SessionInfo[] = [];
  for (const info of sessions) {
    const last = first.at(-1);
    if (first.length >= most && last && last.node <= info.node) continue;
    let place = first.length;
    while (place > 0 && (first[place - 1] as SessionInfo).node > info.node) place -= 1;
    first.splice(place, 0, info);
    if (first.length > most) first.pop();
  }
  return first;
}
