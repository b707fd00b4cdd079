import { createHash, type Hash } from 'node:crypto';
import { map, Subject, type Subscription } from 'rxjs';
import { embeddedBus } from '../../../streams/bus.js';
import type { Call } from '../../../streams/call.js';
import type {
  App,
  Authenticator,
  Bus,
  Connection,
  Limits,
  ServerEvent,
  SessionClosed,
  SessionId,
} from '../../../streams/types.js';
import { guest } from '../../guest.js';
import type { Message } from '../../lobby/chat.js';
import { lobby } from '../../lobby/lobby.js';
import { FIRST_ROOM, roomChannel } from '../../lobby/rooms.js';
import { createSessionManager, DEFAULT_LIMITS } from '../../session-manager.js';
import { telnet } from '../../telnet.js';
import { anyCharacter, type Step } from './callers.js';
import { client, type Manners } from './client.js';
import { type SimulatedClock, simulatedClock } from './clock.js';
import { type Dice, dice } from './dice.js';
import { endingOf, FAULTS, type Fault, faultyApp, faultyAuthenticator, ignorePlanted } from './faults.js';
import { invariants } from './invariants.js';
import { type Line, simulatedLine } from './line.js';
import { said } from './said.js';

/** What is simulated. */
export interface SimulationOptions {
  /** Everything is drawn from it: the same seed is the same run. */
  readonly seed: number;
  /** How long the board is open; a day, if left out. */
  readonly hours?: number;
  /** Makes the app that callers talk to; the lobby, if left out. */
  readonly app?: () => App;
  /** The callers that call, by their numbers, of those whom the seed has; all, if left out. */
  readonly only?: readonly number[];
}

/** What came of it. */
export interface SimulationRun {
  readonly seed: number;
  /** What was wrong, in words, and when; null if nothing was. */
  readonly violation: string | null;
  /** The numbers of all who called. */
  readonly callers: readonly number[];
  /** Things that were made to go wrong. */
  readonly faults: number;
  readonly events: readonly { readonly at: number; readonly event: ServerEvent }[];
  /** Of all events and when they came, and of all that each caller read (SHA-256). */
  readonly hash: string;
}

/** The simulation begins on a Monday. */
const BEGINS_AT = Date.UTC(2026, 0, 5);
const HOUR_MS = 3_600_000;
/** Whatever a shutdown leaves is gone by then: grace, the last words, the kernel's patience. */
const AFTERMATH_MS = HOUR_MS;

/**
 * Opens a board in virtual time, sends callers to it and watches it: they type, flood, fall asleep, read nothing, speak
 * broken telnet, leave by reset, and some have an app, an authenticator or a bus that fails; the process is held up now
 * and then. At the end the board goes down. Nothing of it takes real time, and nothing but the seed decides what happens.
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
  const world = dice(seed);
  const clock = simulatedClock(BEGINS_AT);
  const boards = clock.shared();
  const endsAt = BEGINS_AT + hours * HOUR_MS;
  const limits = { ...DEFAULT_LIMITS, ...anyLimits(world.of('limits')) };
  const gate = world.of('gate').chance(0.15);
  const all = Array.from({ length: world.of('callers').int(2, 10 + 20 * hours) }, (_, index) =>
    anyCaller(world.of(`caller ${index}`), index, hours, gate),
  );
  const callers = only ? all.filter(({ index }) => only.includes(index)) : all;
  const faults = new Map(callers.flatMap(({ address, fault }) => (fault ? [[address, fault] as const] : [])));
  const faultOf = (address: string) => faults.get(address);
  const blames: string[] = [];

  const manager = createSessionManager({
    ...limits,
    app: faultyApp(app(), faultOf),
    authenticate: faultyAuthenticator(guestOrMember, faultOf),
    bus: embeddedBus(),
    gate,
    trusted: isTrusted,
    random: world.of('door').random,
    scheduler: boards,
  });
  const watch = invariants(limits, manager.sessions, isTrusted);
  const events: { at: number; event: ServerEvent }[] = [];
  const hash = createHash('sha256');
  const connections = new Subject<Connection>();
  // Whoever hears of something may be the cause of the next.
  manager.event$.subscribe((event) => {
    if (event.type === 'sessionAuthenticated' && event.session % 7 === 0) manager.end(event.session);
  });
  const greeter = greets(manager.bus);
  const lines = new Map<Connection, CallersLine>();
  const lineOf = new Map<SessionId, CallersLine>();
  const flushed: { line: CallersLine; bytesOut: number }[] = [];
  const active = new Set<SessionId>();
  const account = ({ session, bytesIn, bytesOut, ...how }: SessionClosed) => {
    const due = endingOf(faultOf(how.address));
    if (due && active.delete(session) && how.reason !== due && how.reason !== 'kicked')
      blames.push(`session ${session} ended as ${how.reason}, and not as ${due}`);
    const line = lineOf.get(session);
    lineOf.delete(session);
    if (!line) return;
    if (bytesIn !== line.delivered)
      blames.push(`session ${session}: ${bytesIn} bytes in, of ${line.delivered}`);
    if (bytesOut !== line.written)
      blames.push(`session ${session}: ${bytesOut} bytes out, of ${line.written}`);
    if (how.flushed) flushed.push({ line, bytesOut });
  };
  let isOver = false;
  manager.run(connections).subscribe({
    next(event) {
      const at = clock.now();
      if (event.type === 'sessionOpened') {
        // Gone already, if whoever heard of it before ended it.
        const call = manager.sessions.get(event.session) as Call | undefined;
        const line = call && lines.get(call.connection);
        if (line) lineOf.set(event.session, line);
      }
      if (event.type === 'sessionAuthenticated') active.add(event.session);
      if (event.type === 'sessionClosed') account(event);
      events.push({ at, event });
      hash.update(`${at} ${JSON.stringify(event)}\n`);
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
      const line = calls(caller, clock, limits, hash, blames);
      const connection = telnet(line.socket);
      lines.set(connection, line);
      connections.next(connection);
    }, caller.arrivesInMs);
  const stalls = stallTimes(world.of('stalls'), hours);
  for (const [inMs, ms] of stalls) clock.schedule(() => clock.stall(ms), inMs);
  for (const act of sysop(world.of('sysop'), hours))
    clock.schedule(() => {
      if (act.limits) manager.setLimits(Object.assign(limits, act.limits));
      if (act.says) manager.broadcast(act.says);
      const ids = [...manager.sessions.keys()];
      if (act.kicks !== undefined && ids.length > 0) manager.end(ids[act.kicks % ids.length] as number);
    }, act.inMs);
  const down = world.of('down');
  clock.schedule(() => void manager.shutdown('the end'), hours * HOUR_MS);
  if (down.chance(0.2))
    clock.schedule(
      () => void manager.shutdown('at once', { force: true }),
      hours * HOUR_MS + down.int(0, 12_000),
    );

  let violation: string | null = null;
  const look = (now: number) => {
    watch.tick(now);
    const [found] = [...watch.violations, ...blames];
    if (found === undefined) return;
    violation = `${new Date(now).toISOString()}: ${found}`;
    throw STOP;
  };
  const finished = () => {
    const open = [...lines.values()].filter(({ isClosed }) => !isClosed).length;
    if (!isOver) blames.push('the board is not closed');
    if (manager.sessions.size > 0) blames.push(`${manager.sessions.size} sessions are left`);
    if (manager.bus.present().size > 0) blames.push('somebody is left in a room');
    if (open > 0) blames.push(`${open} lines are left`);
    if (boards.pending > 0) blames.push(`${boards.pending} timers are left`);
    for (const { line, bytesOut } of flushed)
      if (line.isFaithful() && line.received !== bytesOut)
        blames.push(`a caller read ${line.received} of ${bytesOut} bytes, which were said to be sent`);
    for (const { socket } of lines.values())
      if (socket.listenerCount('close') > 1) blames.push('a listener of a line is left');
    look(clock.now());
  };
  try {
    clock.runTo(endsAt + AFTERMATH_MS, look);
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

/** Answers every wave in the lobby with two lines, while others still hear of it. */
function greets(bus: Bus): Subscription {
  let greetings = 0;
  const greet = () => {
    greetings += 1;
    const text = `#${GREETER}.${greetings}; hello!`;
    bus.publish(LOBBY, { kind: 'said', from: { session: 0, handle: 'greeter' }, text } satisfies Message);
  };
  return bus.channel$(LOBBY).subscribe((message) => {
    if (!(message as Message).text?.includes('👋')) return;
    greet();
    greet();
  });
}
const GREETER = 1_000_000;
const LOBBY = roomChannel(FIRST_ROOM);

/** Members have an account, and may be on line more than once. */
const guestOrMember: Authenticator = (session, services) =>
  session.address.startsWith(MEMBERS)
    ? session.ask('Member: ').pipe(map((typed) => ({ handle: /^caller\d+$/.test(typed) ? typed : 'member' })))
    : guest(session, services);
const MEMBERS = '203.0.113.';

/** What the sysop does, and when. */
interface SysopAct {
  readonly inMs: number;
  readonly says?: string;
  readonly kicks?: number;
  readonly limits?: Partial<Limits>;
}

const sysop = (dice: Dice, hours: number): SysopAct[] =>
  Array.from({ length: dice.int(0, 6) }, () => {
    const inMs = dice.int(0, hours * HOUR_MS);
    const { maxSessions, waitingRoom, reserve, idleTimeoutMs, loginTimeoutMs } = anyLimits(dice);
    return dice.pick<SysopAct>([
      { inMs, says: 'Back\r\n in \x1b[2Jfive minutes' },
      { inMs, kicks: dice.int(0, 100) },
      { inMs, limits: { maxSessions, waitingRoom, reserve, idleTimeoutMs, loginTimeoutMs } },
    ]);
  });

/** Somebody who will call. */
interface PlannedCaller {
  readonly index: number;
  readonly arrivesInMs: number;
  readonly address: string;
  readonly fault: Fault | undefined;
  readonly latencyMs: number;
  readonly manners: Manners;
  readonly window: { readonly columns: number; readonly rows: number };
  /** Whether the client ends its side when the board has ended its own. */
  readonly endsToo: boolean;
  /** How bytes are cut on their way. */
  readonly pieces: 'whole' | 'halves' | 'bytes';
  readonly steps: Iterator<Step, void>;
  readonly dice: Dice;
}

const TRUSTED = '10.0.0.';
const isTrusted = (address: string) => address.startsWith(TRUSTED);

function anyCaller(dice: Dice, index: number, hours: number, gate: boolean): PlannedCaller {
  const { name, script } = anyCharacter(dice);
  const fault = anyFault(name, dice);
  const network = dice.pick(['192.0.2.', '192.0.2.', '192.0.2.', MEMBERS, TRUSTED]);
  // Who has a fault has an address of their own: by that they are known.
  const address = fault ? `198.51.${index >> 8}.${index & 255}` : `${network}${dice.int(1, 8)}`;
  let lines = 0;
  const who = {
    handle: network === MEMBERS ? `caller${dice.int(1, 3)}` : `caller${index}`,
    pressesEsc: gate ? dice.chance(0.9) : dice.chance(0.02),
    dice,
    line: () => {
      lines += 1;
      return `#${index}.${lines};`;
    },
  };
  // They come in crowds, with quiet hours between.
  const crowd = dice.int(0, 2 * hours) * (HOUR_MS / 2);
  const arrivesInMs = Math.min(crowd + dice.timeMs(dice.pick([100, 20_000, 300_000])), hours * HOUR_MS - 1);
  return {
    index,
    arrivesInMs,
    address,
    fault,
    latencyMs: dice.pick([0, 1, 20, 150, 900]),
    manners: dice.pick(['agrees', 'agrees', 'refuses', 'knows no telnet'] as const),
    window: { columns: dice.int(20, 132), rows: dice.int(5, 60) },
    endsToo: dice.chance(0.9),
    pieces: dice.pick(['whole', 'whole', 'halves', 'bytes'] as const),
    steps: script(who),
    dice,
  };
}

/** Whoever reads nothing is of most interest where much is written. */
function anyFault(character: string, dice: Dice): Fault | undefined {
  if (character === 'deaf' && dice.chance(0.5)) return 'app writes much';
  return dice.chance(0.12) ? dice.pick(FAULTS) : undefined;
}

function anyLimits(dice: Dice): Limits {
  const maxSessions = dice.int(1, 12);
  return {
    maxSessions,
    waitingRoom: dice.int(0, 6),
    reserve: Math.min(maxSessions - 1, dice.pick([0, 0, 1, 2])),
    maxUnauthenticated: dice.pick([null, { start: 1, rate: 30, full: 3 }, { start: 2, rate: 50, full: 6 }]),
    maxPerAddress: dice.pick([null, 1, 3]),
    maxPerUser: dice.pick([null, 1, 2]),
    perUser: dice.pick(['takeover', 'deny'] as const),
    penalties: dice.chance(0.5),
    connectionRate: dice.pick([null, { count: 5, perMs: 1000, burst: 10 }]),
    connectionRatePerAddress: dice.pick([null, { count: 10, perMs: 60_000, burst: 3 }]),
    idleTimeoutMs: dice.pick([null, 60_000, 600_000]),
    idleWarningMs: dice.pick([null, 20_000, 60_000]),
    loginTimeoutMs: dice.pick([null, 30_000, 60_000]),
    sessionLimitMs: dice.pick([null, 600_000, HOUR_MS]),
    deadPeerTimeoutMs: dice.pick([30_000, 120_000]),
    shutdownGraceMs: dice.pick([0, 5000, 10_000, 60_000]),
    inputRate: dice.pick([null, null, 200]),
    outputLimitBytes: dice.pick([8 * 1024, 256 * 1024]),
  };
}

/** When the process is held up, and for how long. */
const stallTimes = (dice: Dice, hours: number): [inMs: number, ms: number][] =>
  Array.from({ length: dice.int(0, 3) }, () => [
    dice.int(0, hours * HOUR_MS),
    dice.pick([50, 900, 5000, 45_000]),
  ]);

/** A line, and whether its caller reads all that comes. */
type CallersLine = Line & { readonly isFaithful: () => boolean };

/** A caller calls, and does what they do for as long as there is a line. */
function calls(
  { index, address, latencyMs, manners, window, endsToo, pieces, steps, dice, fault }: PlannedCaller,
  clock: SimulatedClock,
  limits: { readonly deadPeerTimeoutMs: number | null },
  hash: Hash,
  blames: string[],
): CallersLine {
  let gone = false;
  let isFaithful = true;
  const hear = said(index, (words) => blames.push(words));
  const read = client(
    manners,
    window,
    (bytes) => line.send(bytes),
    (bytes) => {
      hash.update(bytes);
      hear(bytes);
    },
  );
  const keepAliveMs = Math.max(11_000, limits.deadPeerTimeoutMs ?? 0);
  const line: Line = simulatedLine({ address, latencyMs, keepAliveMs }, clock, {
    bytes: read,
    over() {
      gone = true;
      if (line.misuse.length > 0) blames.push(`caller ${index}: ${line.misuse[0]}`);
      if (endsToo) line.hangUp();
    },
  });

  const send = (bytes: Uint8Array) => {
    const cut = pieces === 'whole' ? bytes.length : pieces === 'halves' ? dice.int(1, bytes.length) : 1;
    // A flood of single bytes would be a run of nothing else.
    const size = Math.max(1, bytes.length > 500 ? Math.ceil(bytes.length / 3) : cut);
    for (let from = 0; from < bytes.length; from += size) line.send(bytes.subarray(from, from + size));
  };
  const next = () => {
    const { done, value: step } = steps.next();
    if (done) return;
    clock.schedule(() => {
      if (gone) return;
      if ('send' in step) {
        send(typeof step.send === 'string' ? Buffer.from(step.send) : step.send);
        return next();
      }
      if (step.act !== 'hangUp') isFaithful = false;
      if (step.act === 'hangUp') line.hangUp();
      else if (step.act === 'reset') line.reset();
      else if (step.act === 'vanish') line.vanish();
      else line.read(step.act === 'read');
      if (step.act !== 'reset' && step.act !== 'vanish') next();
    }, step.afterMs);
  };
  if (fault !== 'authenticator never answers') next();
  else clock.schedule(next, 100);
  return Object.assign(line, { isFaithful: () => isFaithful });
}
