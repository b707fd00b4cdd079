import { defer, merge, type Observable } from 'rxjs';
import { type Destination, OperatorSubscriber, operator } from '../../../streams/rx/operator.js';
import { wrap } from '../../../streams/terminal/wrap.js';
import type { Presence, Visitor } from '../../../streams/types/app.js';
import type { Terminal } from '../../../streams/types/connection.js';
import type { Session, SessionId } from '../../../streams/types/session.js';
import { folded } from '../../accounts/handle.js';
import { maxWidth } from '../../text/max-width.js';
import { linkUrls } from './link-urls.js';
import { roomChannel } from './rooms.js';
import { styleOf } from './style.js';
import { type Visit, visitorOf } from './visit.js';

/** A message from one caller to others. */
export interface Message {
  readonly kind: 'said' | 'did' | 'paged';
  readonly from: Visitor;
  readonly text: string;
}

/** The private channel of a caller. */
export const callerChannel = (callId: string): string => `caller ${callId}`;

/** In larger rooms arrivals and departures aren't announced: they would be most of what is on the screen. */
const MAX_ANNOUNCED = 50;

/** The shortest time between two bells for pages. */
const BELL_EACH_MS = 10_000;

/**
 * Enters a room, and shows the caller what others say and do there, and who enters and leaves. Emits nothing.
 */
export function inRoom(visit: Visit, room: string): Observable<never> {
  const { session, services, ignored } = visit;
  const { bus } = services;
  const self = session.callId;
  const channel = roomChannel(room);
  return defer(() => {
    let company = bus.present().get(channel)?.size ?? 0;
    return merge(
      heard(bus.channel$(channel), (message) => {
        const said = message as Message;
        if (isIgnored(ignored, session.id, said.from)) return;
        tellClient(session, room, said);
        if (said.from.callId === self) return;
        session.notify(rendered(said, session.terminal));
      }),
      heard(bus.presence$(channel), (presence) => {
        const before = company;
        company += presence.type === 'entered' ? 1 : -1;
        if (presence.visitor.callId === self || Math.max(before, company) > MAX_ANNOUNCED) return;
        session.notify(comingOrGoing(presence, session.terminal));
      }),
      bus.enter(channel, visitorOf(session)),
    );
  });
}

/** Shows the caller their private messages, and rings the bell unless they are away. Emits nothing. */
export function pages(visit: Visit): Observable<never> {
  const { session, services, away } = visit;
  return defer(() => {
    let quietUntil = Number.NEGATIVE_INFINITY;
    return heard(services.bus.channel$(callerChannel(session.callId)), (message) => {
      const page = message as Message;
      if (isIgnored(visit.ignored, session.id, page.from)) return;
      const now = services.scheduler.now();
      const rings = now >= quietUntil && !away.has(session.id);
      if (rings) quietUntil = now + BELL_EACH_MS;
      tellClient(session, 'page', page);
      session.notify(`${rings ? '\x07' : ''}${rendered(page, session.terminal)}`);
    });
  });
}

/** Tells the caller's client what was said, if it has GMCP, for its window of conversations. */
function tellClient(session: Session, channel: string, { kind, from, text }: Message): void {
  const talker = from.handle;
  session.gmcp('Comm.Channel.Text', { channel, talker, text: kind === 'did' ? `${talker} ${text}` : text });
}

const isIgnored = (ignored: Visit['ignored'], by: SessionId, { handle }: Visitor) =>
  ignored.size > 0 && ignored.get(by)?.has(folded(handle)) === true;

/** Calls `act` with each value. Emits nothing. */
const heard = <T>(source: Observable<T>, act: (value: T) => void): Observable<never> =>
  source.pipe(operator((destination: Destination<never>) => new Listener(destination, act)));

/**
 * One object between the bus and a caller, where operators would be a dozen: in a full room, touching each of
 * them in memory would cost half as much as the writing. An error in it ends this caller's session only.
 */
class Listener<T> extends OperatorSubscriber<T, never> {
  readonly #act: (value: T) => void;

  constructor(destination: Destination<never>, act: (value: T) => void) {
    super(destination);
    this.#act = act;
  }
  protected override onNext(value: T): void {
    this.#act(value);
  }
}
/** Renders a message for a terminal. Terminals that are alike share the result. */
export function rendered(message: Message, terminal: Terminal): string {
  const columns = commonWidth(terminal.columns);
  const look = `${columns} ${terminal.colours} ${terminal.links}`;
  const looks = RENDERED.get(message) ?? new Map<string, string>();
  RENDERED.set(message, looks);
  const lines = looks.get(look) ?? laidOut(message, columns, terminal);
  looks.set(look, lines);
  return lines;
}

const RENDERED = new WeakMap<Message, Map<string, string>>();

/**
 * Rounds widths, so that windows of nearly the same width share a layout. A thousand callers with a thousand
 * widths would need a thousand layouts.
 */
const commonWidth = (columns: number) => (columns < 24 ? columns : Math.min(200, columns - (columns % 8)));

/**
 * The indent of all rows but the first of a text with words of other callers, so that no caller can fake a
 * row.
 */
export const INDENT = '  ';

function laidOut({ kind, from, text }: Message, columns: number, terminal: Terminal): string {
  const style = styleOf(terminal);
  const [mark, behind] = PHRASES[kind];
  const head = `${mark}${from.handle}`;
  const lines = wrap(`${head}${behind}${linkUrls(text, terminal)}`, columns, maxWidth, INDENT);
  if (!lines.startsWith(head)) return lines;
  const styled = kind === 'paged' ? style('loud', mark) : mark;
  return `${styled}${style('name', from.handle)}${lines.slice(head.length)}`;
}

/** The text before and after the sender's name. */
const PHRASES = { said: ['', ': '], did: ['* ', ' '], paged: ['-> ', ' pages you: '] } as const;

function comingOrGoing({ type, visitor }: Presence, terminal: Terminal): string {
  const words = `${visitor.handle} ${type === 'entered' ? 'came in' : 'left'}.`;
  return styleOf(terminal)('quiet', wrap(words, terminal.columns, maxWidth, INDENT));
}
