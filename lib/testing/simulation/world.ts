import type { Limits } from '../../../streams/types/limits.js';
import { anyCharacter, type Step } from './callers.js';
import type { Manners } from './client.js';
import { type Dice, dice } from './dice.js';
import { FAULTS, type Fault } from './faults.js';

export const HOUR_MS = 3_600_000;

/** The network of callers with an account. */
const MEMBERS = '203.0.113.';
export const isMember = (address: string) => address.startsWith(MEMBERS);
/** A /48, in which each household has a /56. */
const HOUSEHOLDS = '2001:db8:7:';
const TRUSTED = '10.0.0.';
export const isTrusted = (address: string) => address.startsWith(TRUSTED);

/** Everything that is drawn from a seed before the clock runs. */
export interface World {
  readonly limits: Limits;
  readonly gate: boolean;
  readonly callers: readonly PlannedCaller[];
  readonly stalls: readonly Stall[];
  readonly sysop: readonly SysopAct[];
  /** When the board shuts down. */
  readonly downInMs: number;
  /** When the shutdown is forced, because it takes too long; null if it isn't. */
  readonly forcedInMs: number | null;
  /** The random numbers for admission. */
  readonly random: () => number;
}

/** A time at which the process is blocked, and for how long. */
interface Stall {
  readonly inMs: number;
  readonly ms: number;
}

/** An action of the sysop, and its time. */
interface SysopAct {
  readonly inMs: number;
  readonly says?: string;
  readonly kicks?: number;
  readonly limits?: Partial<Limits>;
}

/** A caller who will call. */
export interface PlannedCaller {
  readonly index: number;
  readonly arrivesInMs: number;
  readonly address: string;
  readonly fault: Fault | undefined;
  readonly latencyMs: number;
  /** How the caller comes: by telnet, or without it, as by a page or SSH. */
  readonly transport: 'telnet' | 'web';
  readonly manners: Manners;
  readonly window: { readonly columns: number; readonly rows: number };
  /** Whether the client ends its side when the board has ended. */
  readonly endsToo: boolean;
  /** How bytes are split on their way. */
  readonly pieces: 'whole' | 'halves' | 'bytes';
  readonly steps: Iterator<Step, void>;
  readonly dice: Dice;
}

/** Draws a world from a seed, for this many hours. */
export function world(seed: number, hours: number): World {
  const drawn = dice(seed);
  const gate = drawn.of('gate').chance(0.15);
  const count = drawn.of('callers').int(2, 10 + 20 * hours);
  const isOneHousehold = drawn.of('households').chance(0.2);
  const down = drawn.of('down');
  // By then the last callers are connecting, logging in, talking or asleep.
  const downInMs = hours * HOUR_MS + down.pick([0, 2000, 20_000, 300_000]);
  return {
    limits: anyLimits(drawn.of('limits')),
    gate,
    callers: Array.from({ length: count }, (_, index) =>
      anyCaller(drawn.of(`caller ${index}`), index, hours, gate, isOneHousehold),
    ),
    stalls: anyStalls(drawn.of('stalls'), hours),
    sysop: anyActs(drawn.of('sysop'), hours),
    downInMs,
    forcedInMs: down.chance(0.2) ? downInMs + down.int(0, 12_000) : null,
    random: drawn.of('door').random,
  };
}

function anyCaller(
  dice: Dice,
  index: number,
  hours: number,
  gate: boolean,
  isOneHousehold: boolean,
): PlannedCaller {
  const { name, script } = anyCharacter(dice);
  const fault = anyFault(name, dice);
  const strangers = isOneHousehold ? HOUSEHOLDS : '192.0.2.';
  const network = dice.pick([strangers, strangers, strangers, HOUSEHOLDS, MEMBERS, TRUSTED]);
  // A caller with a fault has their own address, which identifies them.
  const address = fault
    ? `198.51.${index >> 8}.${index & 255}`
    : anyAddress(network, dice, isOneHousehold ? 1 : 3);
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
  // Callers come in crowds, with quiet hours in between.
  const crowd = dice.int(0, 2 * hours) * (HOUR_MS / 2);
  const arrivesInMs = Math.min(crowd + dice.timeMs(dice.pick([100, 20_000, 300_000])), hours * HOUR_MS - 1);
  return {
    index,
    arrivesInMs,
    address,
    fault,
    latencyMs: dice.pick([0, 1, 20, 150, 900]),
    // Dice of its own, so that the other numbers of a seed stay.
    transport: dice.of('transport').chance(0.25) ? 'web' : 'telnet',
    manners: dice.pick(['agrees', 'agrees', 'refuses', 'knows no telnet'] as const),
    window: { columns: dice.int(20, 132), rows: dice.int(5, 60) },
    endsToo: dice.chance(0.9),
    pieces: dice.pick(['whole', 'whole', 'halves', 'bytes'] as const),
    steps: script(who),
    dice,
  };
}

/** For IPv6, draws one of a few /64 in some /56 of one /48. */
const anyAddress = (network: string, dice: Dice, households: number) =>
  network === HOUSEHOLDS
    ? `${network}${dice.int(1, households)}0${dice.int(0, 9)}::${dice.int(1, 3)}`
    : `${network}${dice.int(1, 8)}`;

/** Callers who don't read matter most where much is written. */
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
    perUserPolicy: dice.pick(['takeover', 'deny'] as const),
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

const anyActs = (dice: Dice, hours: number): SysopAct[] =>
  Array.from({ length: dice.int(0, 6) }, () => {
    const inMs = dice.int(0, hours * HOUR_MS);
    const { maxSessions, waitingRoom, reserve, idleTimeoutMs, loginTimeoutMs } = anyLimits(dice);
    return dice.pick<SysopAct>([
      { inMs, says: 'Back\r\n in \x1b[2Jfive minutes' },
      { inMs, kicks: dice.int(0, 100) },
      { inMs, limits: { maxSessions, waitingRoom, reserve, idleTimeoutMs, loginTimeoutMs } },
    ]);
  });

const anyStalls = (dice: Dice, hours: number): Stall[] =>
  Array.from({ length: dice.int(0, 3) }, () => ({
    inMs: dice.int(0, hours * HOUR_MS),
    ms: dice.pick([50, 900, 5000, 45_000]),
  }));
