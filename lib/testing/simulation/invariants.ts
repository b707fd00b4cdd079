import { networksOf, SHARES } from '../../../streams/admission/networks-of.js';
import type { ServerEvent, SessionClosing } from '../../../streams/types/events.js';
import type { Limits } from '../../../streams/types/limits.js';
import type { SessionId, SessionInfo } from '../../../streams/types/session.js';
import { SESSION_STATES } from '../../../streams/types/session.js';
import { type Called, watchDoor } from './door.js';

/** The invariants of every board. */
export interface Invariants {
  /** A caller connects. */
  attempts(address: string, line: Called, now: number): void;
  /** Checks an event when it is emitted. */
  event(event: ServerEvent, now: number): void;
  /** Checks the sessions when all work of one moment is done. */
  tick(now: number): void;
  /** The violations found, in words. Must be empty. */
  readonly violations: readonly string[];
}

/** Deadlines are checked at least this often, and may be two checks late. */
const LATE_MS = 2000;

/** The most login attempts of one session. */
const MAX_ATTEMPTS = 3;

/** A session that leaves the waiting room emits no event until its last words are sent. */
const LEAVING_MS = 1000;

/** Watches a board. The limits may change; a session keeps those it began with. */
export function invariants(
  limits: Readonly<Limits>,
  sessions: ReadonlyMap<SessionId, SessionInfo & { readonly held?: boolean }>,
  trusted: (address: string) => boolean,
): Invariants {
  const violations: string[] = [];
  const violated = (words: string) => {
    if (violations.length < 10) violations.push(words);
  };
  /** The stage of each session whose connection is open. */
  const stages = new Map<SessionId, 'waiting' | 'open' | 'active' | 'closing'>();
  const nodes = new Map<number, SessionId>();
  const states = new Map<SessionId, number>();
  const terms = new Map<SessionId, Limits>();
  const waiting = new Map<SessionId, { address: string; position: number }>();
  /** Waiting sessions that should have got a node, and since when. */
  const overlooked = new Map<SessionId, number>();
  /** Waiting sessions with a position higher than their number, and since when. */
  const misplaced = new Map<SessionId, number>();
  /** Sessions with a node that aren't logged in or trusted. */
  const strangers = new Set<SessionId>();
  /** Guests, with the number of bytes they had sent when they logged in. */
  const guests = new Map<SessionId, number>();
  /** Failed login attempts. */
  const attempts = new Map<SessionId, number>();
  let last = 0;
  let isOver = false;
  let isDraining = false;
  let graceEndsAt = Number.POSITIVE_INFINITY;
  /** Sessions that were closed since the drain began. */
  let sentHome = 0;
  const addresses = new Map<SessionId, string>();
  const openedAt = new Map<SessionId, number>();
  const door = watchDoor(limits, trusted);

  const moves = (session: SessionId, type: string, from: readonly (string | undefined)[], to?: string) => {
    const stage = stages.get(session);
    if (!from.includes(stage)) violated(`${type} of session ${session}, which is ${stage ?? 'not there'}`);
    if (to === undefined) stages.delete(session);
    else stages.set(session, to as 'open');
  };

  const lowestFree = () => {
    for (let node = 1; ; node += 1) if (!nodes.has(node)) return node;
  };

  /** Called when a caller enters the waiting room or gets a node. */
  const enters = (session: SessionId, address: string, now: number) => {
    if (addresses.has(session)) return;
    addresses.set(session, address);
    if (trusted(address)) return;
    for (const [tier, network] of networksOf(address).entries()) {
      const theirs = [...addresses.values()].filter((other) => networksOf(other).includes(network)).length;
      const max = (limits.maxPerAddress ?? Number.POSITIVE_INFINITY) * (SHARES[tier] as number);
      if (theirs > max) violated(`${theirs} from ${network} are in, of ${max} at most`);
    }
    const words = door.entered(address, now);
    if (words) violated(words);
  };

  return {
    violations,
    attempts: door.attempts,
    event(event, now) {
      if (isOver) violated(`${event.type} after serverClosed`);
      if (now < last) violated(`${event.type} at ${now}, after ${last}`);
      switch (event.type) {
        case 'serverDraining':
          isDraining = true;
          graceEndsAt = now + (event.graceMs ?? Number.POSITIVE_INFINITY);
          break;
        case 'sessionWaiting':
          moves(event.session, event.type, [undefined, 'waiting'], 'waiting');
          waiting.set(event.session, event);
          enters(event.session, event.address, now);
          break;
        case 'sessionOpened': {
          if (isDraining) violated(`session ${event.session} was let in after serverDraining`);
          moves(event.session, event.type, [undefined, 'waiting'], 'open');
          waiting.delete(event.session);
          overlooked.delete(event.session);
          misplaced.delete(event.session);
          const free = lowestFree();
          if (event.node !== free) violated(`node ${event.node} was given, while ${free} is the lowest free`);
          nodes.set(event.node, event.session);
          openedAt.set(event.session, now);
          enters(event.session, event.address, now);
          terms.set(event.session, { ...limits });
          const isTrusted = trusted(event.address);
          if (!isTrusted) strangers.add(event.session);
          const max = limits.maxSessions - (isTrusted ? 0 : limits.reserve);
          if (nodes.size > max) violated(`${nodes.size} are inside, of ${max} at most`);
          const { full } = limits.maxUnauthenticated ?? { full: Number.POSITIVE_INFINITY };
          if (!isTrusted && strangers.size > full) violated(`${strangers.size} log in, of ${full} at most`);
          break;
        }
        case 'loginAttemptFailed': {
          moves(event.session, event.type, ['open'], 'open');
          const attempt = (attempts.get(event.session) ?? 0) + 1;
          attempts.set(event.session, attempt);
          if (event.attempt !== attempt || attempt > MAX_ATTEMPTS)
            violated(`session ${event.session} failed to log in ${attempt} times, and not ${event.attempt}`);
          break;
        }
        case 'sessionAuthenticated': {
          moves(event.session, event.type, ['open'], 'active');
          strangers.delete(event.session);
          const info = sessions.get(event.session);
          if (info?.user?.guest && !trusted(info.address)) guests.set(event.session, info.bytesIn);
          break;
        }
        case 'sessionWarned':
          moves(event.session, event.type, ['open', 'active'], stages.get(event.session));
          break;
        case 'sessionClosing':
          for (const words of early(event, now)) violated(words);
          moves(event.session, event.type, ['open', 'active'], 'closing');
          if (nodes.get(event.node) !== event.session) violated(`node ${event.node} was another session's`);
          nodes.delete(event.node);
          strangers.delete(event.session);
          guests.delete(event.session);
          if (event.reason === 'login-failed' && !attempts.has(event.session))
            violated(`session ${event.session} ended by login-failed without a try`);
          attempts.delete(event.session);
          break;
        case 'sessionClosed':
          moves(event.session, event.type, event.node > 0 ? ['closing'] : [undefined, 'waiting']);
          waiting.delete(event.session);
          overlooked.delete(event.session);
          misplaced.delete(event.session);
          states.delete(event.session);
          terms.delete(event.session);
          addresses.delete(event.session);
          openedAt.delete(event.session);
          if (isDraining && event.node > 0) sentHome += 1;
          break;
        case 'connectionRefused': {
          const quiet = [...guests].filter(([id, bytesIn]) => sessions.get(id)?.bytesIn === bytesIn).length;
          const crowd = {
            inside: nodes.size,
            strangers: strangers.size,
            quiet,
            waiting: waiting.size,
          };
          const words = door.refused(event, crowd, isDraining, now);
          if (words) violated(words);
          break;
        }
        case 'serverClosed':
          isOver = true;
          if (event.drained + event.forced !== sentHome)
            violated(`${event.drained} drained and ${event.forced} forced, of ${sentHome} sent home`);
          if (stages.size > 0) violated(`serverClosed, while ${stages.size} lines are open`);
          break;
      }
      door.event(event, now);
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
      for (const words of tooOften(sessions.values())) violated(words);
      if (now > graceEndsAt + LATE_MS && nodes.size > 0) violated(`${nodes.size} are inside after the grace`);
      for (const [session, { address, position }] of waiting) {
        if (lasts(misplaced, session, position > waiting.size, now))
          violated(`session ${session} is number ${position} of ${waiting.size}`);
        const isTrusted = trusted(address);
        const free = limits.maxSessions - (isTrusted ? 0 : limits.reserve) - nodes.size;
        const mayCome =
          isTrusted || strangers.size < (limits.maxUnauthenticated?.full ?? Number.POSITIVE_INFINITY);
        if (lasts(overlooked, session, free > 0 && mayCome, now))
          violated(`session ${session} waits, while ${free} nodes are free`);
      }
    },
  };

  function* early({ session, reason }: SessionClosing, now: number): Generator<string> {
    const { loginTimeoutMs, sessionLimitMs } = terms.get(session) ?? limits;
    const onLineMs = now - (openedAt.get(session) ?? now);
    const dueMs = reason === 'login-timeout' ? loginTimeoutMs : reason === 'time-limit' ? sessionLimitMs : 0;
    if (onLineMs < (dueMs ?? Number.POSITIVE_INFINITY))
      yield `session ${session} ended by ${reason} after ${onLineMs} ms, of ${dueMs}`;
    if (reason === 'shutdown' && stages.get(session) === 'active' && now < graceEndsAt)
      yield `session ${session} was sent home ${graceEndsAt - now} ms before the end of the grace`;
  }

  /** Reports guests who share a handle, and accounts with too many sessions. */
  function* tooOften(infos: Iterable<SessionInfo>): Generator<string> {
    const calls = new Map<string, number>();
    for (const { user } of infos) {
      if (!user) continue;
      const who = `${user.guest ? 'guest' : 'user'} ${user.handle}`;
      const count = (calls.get(who) ?? 0) + 1;
      calls.set(who, count);
      const max = user.guest ? 1 : limits.maxPerUser;
      if (count > (max ?? Number.POSITIVE_INFINITY)) yield `${who} is on line ${count} times, of ${max}`;
    }
  }

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

/** Returns whether a state of a session lasts longer than leaving takes. */
function lasts(since: Map<SessionId, number>, session: SessionId, isSo: boolean, now: number): boolean {
  if (!isSo) since.delete(session);
  else if (!since.has(session)) since.set(session, now);
  return now - (since.get(session) ?? now) > LEAVING_MS;
}
