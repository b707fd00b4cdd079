import { defer, merge, Observable, Subscriber } from 'rxjs';
import { fit } from '../../streams/terminal/fit.js';
import type { Presence, Visitor } from '../../streams/types/app.js';
import type { Terminal } from '../../streams/types/connection.js';
import type { SessionId } from '../../streams/types/session.js';
import { folded } from '../login/handle.js';
import { maxWidth } from '../max-width.js';
import { roomChannel } from './rooms.js';
import { type Style, styleOf } from './style.js';
import { type Visit, visitorOf } from './visit.js';

/** What callers tell each other. */
export interface Message {
  readonly kind: 'said' | 'did' | 'paged';
  readonly from: Visitor;
  readonly text: string;
}

/** The channel that only one caller listens to. */
export const callerChannel = (callId: string): string => `caller ${callId}`;

/** In rooms with more callers nobody wants to read who comes and goes, and it would be most of what is written there. */
const MAX_ANNOUNCED = 50;

/** A page rings, but not more often than this. */
const BELL_EACH_MS = 10_000;

/** Is in a room, and shows the caller what happens there: what others say and do, who comes and goes. Emits nothing. */
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
        if (said.from.callId === self || isIgnored(ignored, session.id, said.from)) return;
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

/** Shows the caller what is meant for them alone, and rings, unless they are away. Emits nothing. */
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
      session.notify(`${rings ? '\x07' : ''}${rendered(page, session.terminal)}`);
    });
  });
}

const isIgnored = (ignored: Visit['ignored'], by: SessionId, { handle }: Visitor) =>
  ignored.size > 0 && ignored.get(by)?.has(folded(handle)) === true;

/** Acts at each value, without handing it on. */
const heard = <T>(source: Observable<T>, act: (value: T) => void): Observable<never> =>
  new Observable((subscriber) => source.subscribe(new Listener<T>(subscriber, act)));

/**
 * One object between the bus and a caller, where operators would have a dozen: in a full room, reaching each of them in
 * memory would cost as much as half of the writing. What fails in it fails for this caller.
 */
class Listener<T> extends Subscriber<T> {
  readonly #act: (value: T) => void;
  constructor(destination: Subscriber<never>, act: (value: T) => void) {
    super(destination);
    this.#act = act;
  }
  override _next(value: T): void {
    try {
      this.#act(value);
    } catch (error) {
      this.error(error);
    }
  }
}
/** A message as it is shown on such a terminal: made once for all that are alike. */
export function rendered(message: Message, terminal: Terminal): string {
  const columns = commonWidth(terminal.columns);
  const look = `${columns} ${terminal.colours}`;
  const looks = RENDERED.get(message) ?? new Map<string, string>();
  RENDERED.set(message, looks);
  const lines = looks.get(look) ?? laidOut(message, columns, styleOf(terminal));
  looks.set(look, lines);
  return lines;
}

const RENDERED = new WeakMap<Message, Map<string, string>>();

/** Windows of nearly the same width see the same: a thousand callers with a thousand widths would cost a thousand layouts. */
const commonWidth = (columns: number) => (columns < 24 ? columns : Math.min(200, columns - (columns % 8)));

/** Each row but the first of what has others' words in it begins so: nobody can write a row that looks like another's. */
export const INDENT = '  ';

function laidOut({ kind, from, text }: Message, columns: number, style: Style): string {
  const [mark, behind] = PHRASES[kind];
  const head = `${mark}${from.handle}`;
  const lines = fit(`${head}${behind}${text}`, columns, maxWidth, INDENT);
  if (!lines.startsWith(head)) return lines;
  const styled = kind === 'paged' ? style('loud', mark) : mark;
  return `${styled}${style('name', from.handle)}${lines.slice(head.length)}`;
}

/** What stands before the name of whom a message is from, and behind it. */
const PHRASES = { said: ['', ': '], did: ['* ', ' '], paged: ['-> ', ' pages you: '] } as const;

function comingOrGoing({ type, visitor }: Presence, terminal: Terminal): string {
  const words = `${visitor.handle} ${type === 'entered' ? 'came in' : 'left'}.`;
  return styleOf(terminal)('quiet', fit(words, terminal.columns, maxWidth, INDENT));
}
