import { filter, ignoreElements, map, merge, type Observable, tap } from 'rxjs';
import { hasAnsi } from '../../streams/ansi.js';
import type { Presence, Services, Session, SessionId, Terminal, Visitor } from '../../streams/types.js';
import { fit } from './fit.js';
import { roomChannel } from './rooms.js';
import { styleOf } from './style.js';
import { visitorOf } from './visit.js';

/** What callers tell each other. */
export interface Message {
  readonly kind: 'said' | 'did' | 'paged';
  readonly from: Visitor;
  readonly text: string;
}

/** The channel that only one caller listens to. */
export const callerChannel = (session: SessionId): string => `caller ${session}`;

/** Is in a room, and shows the caller what happens there: what others say and do, who comes and goes. Emits nothing. */
export function visit(session: Session, { bus }: Services, room: string): Observable<never> {
  const channel = roomChannel(room);
  const message$ = bus.channel$(channel).pipe(map((message) => message as Message));
  return merge(
    message$.pipe(
      filter(({ from }) => from.session !== session.id),
      map((message) => rendered(message, session.terminal)),
      tap((lines) => session.notify(lines)),
    ),
    bus.presence$(channel).pipe(
      filter(({ visitor }) => visitor.session !== session.id),
      map((presence) => comingOrGoing(presence, session.terminal)),
      tap((lines) => session.notify(lines)),
    ),
    bus.enter(channel, visitorOf(session)),
  ).pipe(ignoreElements());
}

/** Shows the caller what is meant for them alone. Emits nothing. */
export const pages = (session: Session, { bus }: Services): Observable<never> =>
  bus.channel$(callerChannel(session.id)).pipe(
    tap((message) => session.notify(`\x07${rendered(message as Message, session.terminal)}`)),
    ignoreElements(),
  );

/** A message as it is shown on such a terminal: made once for all that are alike. */
export function rendered(message: Message, terminal: Terminal): string {
  const look = `${terminal.columns} ${hasAnsi(terminal)}`;
  const looks = RENDERED.get(message) ?? new Map<string, string>();
  RENDERED.set(message, looks);
  const lines = looks.get(look) ?? fit(phrase(message, terminal), terminal.columns);
  looks.set(look, lines);
  return lines;
}

const RENDERED = new WeakMap<Message, Map<string, string>>();

function phrase({ kind, from, text }: Message, terminal: Terminal): string {
  const style = styleOf(terminal);
  const name = style('name', from.handle);
  switch (kind) {
    case 'said':
      return `${name}: ${text}`;
    case 'did':
      return `* ${name} ${text}`;
    case 'paged':
      return `${style('loud', '->')} ${name} pages you: ${text}`;
  }
}

function comingOrGoing({ type, visitor }: Presence, terminal: Terminal): string {
  const words = `${visitor.handle} ${type === 'entered' ? 'came in' : 'left'}.`;
  return fit(styleOf(terminal)('quiet', words), terminal.columns);
}
