import { defer, merge, Observable } from 'rxjs';
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

/** In rooms with more callers nobody wants to read who comes and goes, and it would be most of what is written there. */
const MOST_ANNOUNCED = 50;

/** Is in a room, and shows the caller what happens there: what others say and do, who comes and goes. Emits nothing. */
export function visit(session: Session, { bus }: Services, room: string): Observable<never> {
  const channel = roomChannel(room);
  return defer(() => {
    let company = bus.present().get(channel)?.length ?? 0;
    return merge(
      heard(bus.channel$(channel), (message) => {
        const said = message as Message;
        if (said.from.session !== session.id) session.notify(rendered(said, session.terminal));
      }),
      heard(bus.presence$(channel), (presence) => {
        company += presence.type === 'entered' ? 1 : -1;
        if (presence.visitor.session === session.id || company > MOST_ANNOUNCED) return;
        session.notify(comingOrGoing(presence, session.terminal));
      }),
      bus.enter(channel, visitorOf(session)),
    );
  });
}

/** Shows the caller what is meant for them alone. Emits nothing. */
export const pages = (session: Session, { bus }: Services): Observable<never> =>
  heard(bus.channel$(callerChannel(session.id)), (message) =>
    session.notify(`\x07${rendered(message as Message, session.terminal)}`),
  );

/** Acts at each value, without handing it on: in a full room every step would cost as much as half of the writing. */
const heard = <T>(source: Observable<T>, act: (value: T) => void): Observable<never> =>
  new Observable((subscriber) => source.subscribe({ next: act, error: (error) => subscriber.error(error) }));

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
