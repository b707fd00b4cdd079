import type { Limits, ServerEvent, SessionId, SessionInfo } from '../../../streams/types.js';
import { SESSION_STATES } from '../../../streams/types.js';

/** What never may be, on any board, whoever calls. */
export interface Invariants {
  /** Looks at an event, in its place. */
  event(event: ServerEvent, now: number): void;
  /** Looks around when all of one moment is done. */
  tick(now: number): void;
  /** What was found, in words; nothing, as it should be. */
  readonly violations: readonly string[];
}

/** Deadlines are looked at that often at least, and may be late by two looks. */
const LATE_MS = 2000;

/** Whoever leaves the waiting room is in no event until the last words are said. */
const LEAVING_MS = 1000;

/** Watches a board. Limits may change: what a call came in with holds for it. */
export function invariants(
  limits: Readonly<Limits>,
  sessions: ReadonlyMap<SessionId, SessionInfo & { readonly held?: boolean }>,
  trusted: (address: string) => boolean,
): Invariants {
  const violations: string[] = [];
  const violated = (words: string) => {
    if (violations.length < 10) violations.push(words);
  };
  /** How far each call is, of those whose lines aren't gone. */
  const stages = new Map<SessionId, 'waiting' | 'open' | 'active' | 'closing'>();
  const nodes = new Map<number, SessionId>();
  const states = new Map<SessionId, number>();
  const terms = new Map<SessionId, Limits>();
  const waiting = new Map<SessionId, string>();
  /** Those of them for whom there has been a node, and since when. */
  const overlooked = new Map<SessionId, number>();
  /** Inside, not logged in, and not trusted. */
  const strangers = new Set<SessionId>();
  let last = 0;
  let isOver = false;
  let isDraining = false;

  const moves = (session: SessionId, type: string, from: readonly (string | undefined)[], to?: string) => {
    const stage = stages.get(session);
    if (!from.includes(stage)) violated(`${type} of session ${session}, which is ${stage ?? 'not there'}`);
    if (to === undefined) stages.delete(session);
    else stages.set(session, to as 'open');
  };

  const lowestFree = () => {
    for (let node = 1; ; node += 1) if (!nodes.has(node)) return node;
  };

  return {
    violations,
    event(event, now) {
      if (isOver) violated(`${event.type} after serverClosed`);
      if (now < last) violated(`${event.type} at ${now}, after ${last}`);
      switch (event.type) {
        case 'serverDraining':
          isDraining = true;
          break;
        case 'sessionWaiting':
          moves(event.session, event.type, [undefined, 'waiting'], 'waiting');
          waiting.set(event.session, event.address);
          break;
        case 'sessionOpened': {
          if (isDraining) violated(`session ${event.session} was let in after serverDraining`);
          moves(event.session, event.type, [undefined, 'waiting'], 'open');
          waiting.delete(event.session);
          overlooked.delete(event.session);
          const free = lowestFree();
          if (event.node !== free) violated(`node ${event.node} was given, while ${free} is the lowest free`);
          nodes.set(event.node, event.session);
          terms.set(event.session, { ...limits });
          if (!trusted(event.address)) strangers.add(event.session);
          if (nodes.size > limits.maxSessions)
            violated(`${nodes.size} are inside, of ${limits.maxSessions} at most`);
          break;
        }
        case 'sessionAuthenticated':
          moves(event.session, event.type, ['open'], 'active');
          strangers.delete(event.session);
          break;
        case 'sessionWarned':
          moves(event.session, event.type, ['open', 'active'], stages.get(event.session));
          break;
        case 'sessionClosing':
          moves(event.session, event.type, ['open', 'active'], 'closing');
          if (nodes.get(event.node) !== event.session) violated(`node ${event.node} was another session's`);
          nodes.delete(event.node);
          strangers.delete(event.session);
          break;
        case 'sessionClosed':
          moves(event.session, event.type, event.node > 0 ? ['closing'] : [undefined, 'waiting']);
          waiting.delete(event.session);
          overlooked.delete(event.session);
          states.delete(event.session);
          terms.delete(event.session);
          break;
        case 'serverClosed':
          isOver = true;
          if (stages.size > 0) violated(`serverClosed, while ${stages.size} lines are open`);
          break;
      }
    },
    tick(now) {
      last = now;
      if (sessions.size !== nodes.size)
        violated(`${sessions.size} are in the registry, and ${nodes.size} have nodes`);
      for (const info of sessions.values()) {
        const state = SESSION_STATES.indexOf(info.state);
        const before = states.get(info.id) ?? 0;
        if (state < before)
          violated(`session ${info.id} went back from ${SESSION_STATES[before]} to ${info.state}`);
        states.set(info.id, state);
        for (const words of late(info, now)) violated(words);
      }
      for (const [session, address] of waiting) {
        const isTrusted = trusted(address);
        const free = limits.maxSessions - (isTrusted ? 0 : limits.reserve) - nodes.size;
        const mayCome =
          isTrusted || strangers.size < (limits.maxUnauthenticated?.full ?? Number.POSITIVE_INFINITY);
        if (free <= 0 || !mayCome) overlooked.delete(session);
        else if (!overlooked.has(session)) overlooked.set(session, now);
        else if (now - (overlooked.get(session) ?? now) > LEAVING_MS)
          violated(`session ${session} waits, while ${free} nodes are free`);
      }
    },
  };

  function* late(info: SessionInfo & { readonly held?: boolean }, now: number): Generator<string> {
    const { idleTimeoutMs, loginTimeoutMs, sessionLimitMs } = terms.get(info.id) ?? limits;
    const quietMs = now - info.lastInputAt;
    const onLineMs = now - info.openedAt;
    if (info.state === 'active' && !info.held && idleTimeoutMs !== null && quietMs > idleTimeoutMs + LATE_MS)
      yield `session ${info.id} is idle for ${quietMs} ms, of ${idleTimeoutMs}`;
    if (info.state === 'authenticating' && loginTimeoutMs !== null && onLineMs > loginTimeoutMs + LATE_MS)
      yield `session ${info.id} logs in for ${onLineMs} ms, of ${loginTimeoutMs}`;
    if (sessionLimitMs !== null && onLineMs > sessionLimitMs + LATE_MS)
      yield `session ${info.id} is on line for ${onLineMs} ms, of ${sessionLimitMs}`;
  }
}
