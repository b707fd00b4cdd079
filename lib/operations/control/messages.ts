import { escapeControls } from '../../../streams/terminal/escape-controls.js';
import { closing, inWords } from '../../../streams/terminal/messages.js';
import { formatDuration } from '../../config/duration.js';
import type { Caller, DrainNews } from './protocol.js';

/** Describes a step of the shutdown in one line, for the person who ordered it. */
export function drainLine(news: DrainNews): string {
  switch (news.type) {
    case 'countdownTold': {
      const { leftMs, heard, insteadOfMs } = news;
      const instead =
        insteadOfMs === undefined ? '' : ` It replaces a countdown with ${inWords(insteadOfMs)} left.`;
      return `${closing(leftMs)} ${heardBy(heard)}${instead}`;
    }
    case 'countdownCancelled':
      return `The countdown is cancelled: the board stays open. ${heardBy(news.heard)}`;
    case 'serverDraining': {
      const { sessions, graceMs, reason } = news;
      const patience = graceMs === null ? 'without a time limit' : `${formatDuration(graceMs)} at most`;
      return `Going down (${escapeControls(reason)}): ${sessions} on line, ${patience}.`;
    }
    case 'serverClosed': {
      const { drained, forced, durationMs } = news;
      return `Closed: ${drained} drained, ${forced} forced, in ${(durationMs / 1000).toFixed(1)} seconds.`;
    }
  }
}

/** `2 callers heard it.` */
export const heardBy = (heard: number): string =>
  heard === 0 ? 'No callers are on line.' : `${heard} ${heard === 1 ? 'caller' : 'callers'} heard it.`;

/** Describes the caller who was kicked. */
export const kickedLine = ({ node, handle, address }: Caller): string =>
  escapeControls(`Kicked ${handle ?? 'a caller who was logging in'} from node ${node} (${address}).`);
