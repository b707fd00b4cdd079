import { hasAnsi } from './ansi.js';
import type { Session } from './types.js';

/** Tells a caller something on behalf of the sysop: it stands out from what other callers say. */
export function announce(session: Pick<Session, 'notify' | 'terminal'>, text: string): void {
  const line = `*** ${text} ***`;
  session.notify(hasAnsi(session.terminal) ? `\x1b[1;7m${line}\x1b[0m` : line);
}
