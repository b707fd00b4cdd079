import { createHash } from 'node:crypto';
import { map, Subject } from 'rxjs';
import { embeddedBus } from '../../../streams/events/bus.js';
import type { App, Authenticator, Bus } from '../../../streams/types/app.js';
import type { Connection } from '../../../streams/types/connection.js';
import type { ServerEvent } from '../../../streams/types/events.js';
import { guest } from '../../accounts/guest.js';
import type { Message } from '../../apps/lobby/chat.js';
import { lobby } from '../../apps/lobby/lobby.js';
import { FIRST_ROOM, roomChannel } from '../../apps/lobby/rooms.js';
import { sessionManager } from '../../session-manager.js';
import { telnetOver } from '../../transports/telnet/telnet-over.js';
import { accounts } from './accounts.js';
import { simulatedClock } from './clock.js';
import { faultyApp, faultyAuthenticator, ignorePlanted } from './faults.js';
import { invariants } from './invariants.js';
import { inARow } from './said.js';
import { visit } from './visit.js';
import { webLike } from './web-like.js';
import { HOUR_MS, isMember, isTrusted, world } from './world.js';

/** The options of a simulation. */
export interface SimulationOptions {
  /** Determines the whole run: the same seed gives the same run. */
  readonly seed: number;
  /** How long the board is open. Defaults to a day. */
  readonly hours?: number;
  /** Creates the app. Defaults to the lobby. */
  readonly app?: () => App;
  /** The numbers of the callers who call, out of all that the seed has. Defaults to all. */
  readonly only?: readonly number[];
}

/** The result of a simulation. */
export interface SimulationRun {
  /** The seed of the run. */
  readonly seed: number;
  /** The first violation, in words and with its time; null if there was none. */
  readonly violation: string | null;
  /** The numbers of all callers. */
  readonly callers: readonly number[];
  /** The number of planted faults. */
  readonly faults: number;
  /** All events, in order. */
  readonly events: readonly {
    /** The time, in milliseconds since 1970. */
    readonly at: number;
    /** The event. */
    readonly event: ServerEvent;
  }[];
  /** A SHA-256 hash of all events with their times, and of everything that each caller read. */
  readonly hash: string;
}

/** The simulation begins on a Monday. */
const BEGINS_AT = Date.UTC(2026, 0, 5);
/** Long enough for any shutdown to finish: the grace, the last words, the kernel's timeouts. */
const AFTERMATH_MS = HOUR_MS;

/**
 * Simulates a board in virtual time, with callers who type, flood, fall asleep, read nothing, send malformed
 * telnet or reset the connection. Some have an app, an authenticator or a bus that fails, and the process is
 * blocked now and then. At the end the board shuts down. Takes no real time, and depends on the seed alone.
 *
 * @example
 * ```ts
 * import { simulate } from 'impulse-bbs/testing';
 *
 * const { violation, callers } = simulate({ seed: 1, hours: 1 });
 * console.log(violation ?? `${callers.length} callers, and nothing was wrong`);
 * ```
 */
export function simulate({ seed, hours = 24, app = lobby, only }: SimulationOptions): SimulationRun {
  ignorePlanted();
  const { callers: all, stalls, sysop, downInMs, forcedInMs, ...drawn } = world(seed, hours);
  const callers = only ? all.filter(({ index }) => only.includes(index)) : all;
  const limits = { ...drawn.limits };
  const clock = simulatedClock(BEGINS_AT);
  const boards = clock.shared();
  const faults = new Map(callers.flatMap(({ address, fault }) => (fault ? [[address, fault] as const] : [])));
  const faultOf = (address: string) => faults.get(address);
  const blames: string[] = [];

  const manager = sessionManager(
    {
      ...limits,
      app: faultyApp(app(), faultOf),
      authenticate: faultyAuthenticator(guestOrMember, faultOf),
      bus: embeddedBus(),
      gate: drawn.gate,
      trusted: isTrusted,
      random: drawn.random,
      scheduler: boards,
    },
    { boardId: `simulated ${seed}` },
  );
  const watch = invariants(limits, manager.sessions, isTrusted);
  const events: { at: number; event: ServerEvent }[] = [];
  const hash = createHash('sha256');
  const connections = new Subject<Connection>();
  // A subscriber that causes the next event from within one.
  manager.event$.subscribe((event) => {
    if (event.type === 'sessionAuthenticated' && event.session % 7 === 0) manager.kick(event.session);
  });
  const greeter = greets(
    manager.bus,
    inARow((words) => blames.push(words)),
  );
  const books = accounts(faultOf, (words) => blames.push(words));
  let isOver = false;
  manager.run(connections).subscribe({
    next(event) {
      const { at, ...fields } = event;
      books.event(event, manager.calls);
      events.push({ at, event });
      hash.update(`${at} ${JSON.stringify(fields)}\n`);
      watch.event(event, at);
    },
    error: (error) => blames.push(`the board failed: ${error}`),
    complete() {
      isOver = true;
      greeter.unsubscribe();
    },
  });

  for (const caller of callers)
    clock.schedule(() => {
      const line = visit(
        caller,
        limits.deadPeerTimeoutMs,
        clock,
        (bytes) => hash.update(bytes),
        (words) => blames.push(words),
      );
      const connection = caller.transport === 'web' ? webLike(line.socket) : telnetOver(line.socket);
      books.called(connection, line);
      watch.attempts(caller.address, line, clock.now());
      connections.next(connection);
    }, caller.arrivesInMs);
  for (const { inMs, ms } of stalls) clock.schedule(() => clock.stall(ms), inMs);
  for (const { inMs, ...act } of sysop)
    clock.schedule(() => {
      if (act.limits) manager.setLimits(Object.assign(limits, act.limits));
      if (act.says) manager.broadcast(act.says);
      const ids = [...manager.sessions.keys()];
      if (act.kicks !== undefined && ids.length > 0) manager.kick(ids[act.kicks % ids.length] as number);
    }, inMs);
  clock.schedule(() => void manager.shutdown('the end'), downInMs);
  if (forcedInMs !== null)
    clock.schedule(() => void manager.shutdown('at once', { force: true }), forcedInMs);

  let violation: string | null = null;
  const look = (now: number) => {
    watch.tick(now);
    books.tick(now, manager.sessions);
    const [found] = [...watch.violations, ...blames];
    if (found === undefined) return;
    violation = `${new Date(now).toISOString()}: ${found}`;
    throw STOP;
  };
  const finished = () => {
    if (!isOver) blames.push('the board is not closed');
    if (manager.sessions.size > 0) blames.push(`${manager.sessions.size} sessions are left`);
    if (manager.bus.present().size > 0) blames.push('somebody is left in a room');
    const left = events.some(({ event }) => event.type === 'sessionClosed' && manager.kick(event.session));
    if (left) blames.push('a session that is closed can be ended');
    if (greeter.unheard() > 0) blames.push(`${greeter.unheard()} greetings were not heard`);
    if (boards.pending > 0) blames.push(`${boards.pending} timers are left`);
    books.close();
    look(clock.now());
  };
  try {
    clock.runTo(BEGINS_AT + hours * HOUR_MS + AFTERMATH_MS, look);
    finished();
  } catch (stop) {
    if (stop !== STOP) throw stop;
  }
  return {
    seed,
    violation,
    callers: callers.map(({ index }) => index),
    faults: faults.size + stalls.length,
    events,
    hash: hash.digest('hex'),
  };
}

const STOP = Symbol('stop');

/**
 * Answers every wave in the lobby with two lines, while the wave is still being delivered, and counts what it
 * hears.
 */
function greets(bus: Bus, hear: (text: string) => void): { unsubscribe(): void; unheard(): number } {
  let greetings = 0;
  let heard = 0;
  const greet = () => {
    greetings += 1;
    const text = `#${GREETER}.${greetings}; hello!`;
    bus.publish(LOBBY, {
      kind: 'said',
      from: { callId: GREETER, handle: 'greeter' },
      text,
    } satisfies Message);
  };
  const greeting = bus.channel$(LOBBY).subscribe((message) => {
    const { from, text } = message as Message;
    hear(text);
    if (from.callId === GREETER) heard += 1;
    if (!text.includes('👋')) return;
    greet();
    greet();
  });
  return { unsubscribe: () => greeting.unsubscribe(), unheard: () => greetings - heard };
}
/** An id that no session has. */
const GREETER = '1000000';
const LOBBY = roomChannel(FIRST_ROOM);

/** Members have an account, and may be on line more than once. */
const guestOrMember: Authenticator = (session, services) =>
  isMember(session.address)
    ? session.ask('Member: ').pipe(map((typed) => ({ handle: /^caller\d+$/.test(typed) ? typed : 'member' })))
    : guest(session, services);
