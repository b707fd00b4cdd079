/** What `npm run bench` measures, a row each. */
import { gather, load, type Server } from './processes.js';

/** A row: one figure of each server, and what we want of ours. */
export interface Row {
  readonly name: string;
  readonly what: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
  /** The ratio to the bare server, or where `absolute` the figure, that is the least, and that is beyond it. */
  readonly least: number;
  readonly beyond: number;
  readonly absolute?: true;
  readonly figure: (figures: Figures) => number;
}

/** The figures of one round of a group. */
export type Figures = Readonly<Record<string, number>>;

/** Figures that are had together, of one server. */
export interface Group {
  readonly name: string;
  /** Whether each round has a server of its own. */
  readonly fresh?: true;
  readonly rounds: number;
  /** Runs its code until the engine has compiled it. */
  readonly warmUp: (server: Server, quick: boolean) => Promise<unknown>;
  readonly measure: (server: Server, quick: boolean) => Promise<Figures>;
  readonly rows: readonly Row[];
}

interface Count {
  readonly count: number;
  readonly seconds: number;
}
const pace = ({ count, seconds }: Count) => count / seconds;
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const connecting: Group = {
  name: 'connect',
  rounds: 7,
  // It takes the engine some fifty thousand calls to compile all of a board.
  warmUp: ({ port }, quick) => load('connect', port, quick ? 4 : 30, 64),
  measure: async ({ port }) => ({ pace: pace(await load<Count>('connect', port, 1.5, 64)) }),
  rows: [
    {
      name: 'connect and greet',
      what: '64 at once call in, hear the greeting and hang up, again and again; telnet options offered',
      unit: 'a second',
      better: 'more',
      least: 0.7,
      beyond: 0.85,
      figure: ({ pace = 0 }) => pace,
    },
  ],
};

const punctual: Group = {
  name: 'p99',
  rounds: 5,
  warmUp: ({ port }) => load('connect', port, 20, 64),
  measure: async ({ port }) => {
    const { p99Us, medianUs } = await load<{ p99Us: number; medianUs: number }>('rate', port, 3, 2000);
    return { p99Us, medianUs };
  },
  rows: [
    {
      name: 'p99 at 2,000 connects a second',
      what: 'from when a call was due to its greeting, at a steady rate',
      unit: 'µs',
      better: 'less',
      least: 1.5,
      beyond: 1.1,
      figure: ({ p99Us = 0 }) => p99Us,
    },
  ],
};

const echoing = (callers: number, least: number, beyond: number, rounds = 7): Group => ({
  name: `echo ${callers.toLocaleString('en')}`,
  rounds,
  warmUp: ({ port }, quick) => load('echo', port, quick ? 1.5 : 3, callers),
  measure: async ({ port }) => ({ pace: pace(await load<Count>('echo', port, 1.5, callers)) }),
  rows: [
    {
      name: `echo, ${callers.toLocaleString('en')} callers`,
      what: 'each says a line of 35 bytes when the last has come back',
      unit: 'lines a second',
      better: 'more',
      least,
      beyond,
      figure: ({ pace = 0 }) => pace,
    },
  ],
});

const MIB = 64;
const streaming: Group = {
  name: 'stream',
  rounds: 7,
  warmUp: ({ port }) => load('stream', port, MIB),
  measure: async ({ port }) => ({ pace: MIB / (await load<Count>('stream', port, MIB)).seconds }),
  rows: [
    {
      name: 'streaming, one caller',
      what: `${MIB} MiB of lines of 64 bytes, both ways at once`,
      unit: 'MiB a second',
      better: 'more',
      least: 0.4,
      beyond: 0.8,
      figure: ({ pace = 0 }) => pace,
    },
  ],
};

const raw: Group = {
  name: 'bytes',
  rounds: 7,
  warmUp: ({ port }) => load('bytes', port, MIB),
  measure: async ({ port }) => ({ pace: MIB / (await load<Count>('bytes', port, MIB)).seconds }),
  rows: [
    {
      name: 'raw bytes, one caller',
      what: `${MIB} MiB of all values, both ways at once, echoed by an app that reads bytes`,
      unit: 'MiB a second',
      better: 'more',
      least: 0.8,
      beyond: 0.9,
      figure: ({ pace = 0 }) => pace,
    },
  ],
};

const MANY = 10_000;
interface Memory {
  readonly rss: number;
  readonly cpuUs: number;
}

const idling: Group = {
  name: '10,000 callers',
  fresh: true,
  rounds: 3,
  warmUp: async ({ port }) => (await gather(port, 500)).hangUp(),
  async measure(server, quick) {
    await wait(1000);
    const before = await server.ask<Memory>('figures');
    const crowd = await gather(server.port, MANY);
    await wait(500);
    const atOnce = await server.ask<Memory>('figures');
    // The engine tidies up, some twenty seconds after so much has come. At thirty it is found that these clients can't be asked
    // whether they are there.
    await wait(quick ? 3000 : 32_000);
    const seconds = quick ? 3 : 30;
    const { cpuUs } = await server.ask<Memory>('cpu');
    await wait(seconds * 1000);
    const idle = (await server.ask<Memory>('cpu')).cpuUs - cpuUs;
    const { rss } = await server.ask<Memory>('figures');

    const timed = async (what: 'hears' | 'leaves', order: string) => {
      await server.ask('watch');
      const { begun, told } = await crowd.until(what, () => server.ask<{ atNs: number }>(order));
      const { blockedMs } = await server.ask<{ blockedMs: number }>('blocked');
      return { ...told, ms: (told.lastNs - begun.atNs) / 1e6, blockedMs };
    };
    const told = await timed('hears', 'tell');
    const left = await timed('leaves', 'leave');
    await crowd.hangUp();
    return {
      kib: (rss - before.rss) / 1024 / MANY,
      kibAtOnce: (atOnce.rss - before.rss) / 1024 / MANY,
      idleMs: idle / 1000 / seconds,
      tellMs: told.ms,
      told: told.done,
      tellBlockedMs: told.blockedMs,
      leaveMs: left.ms,
      goodbyes: left.heard,
      leaveBlockedMs: left.blockedMs,
    };
  },
  rows: [
    {
      name: 'memory of an idle caller',
      what: 'resident, of 10,000 who said a line each and have been silent since',
      unit: 'KiB',
      better: 'less',
      absolute: true,
      least: 8,
      beyond: 5.4,
      figure: ({ kib = 0 }) => kib,
    },
    {
      name: 'CPU with 10,000 idle callers',
      what: 'user and system',
      unit: 'ms a second',
      better: 'less',
      absolute: true,
      least: 1,
      beyond: 0.1,
      figure: ({ idleMs = 0 }) => idleMs,
    },
    {
      name: '10,000 goodbyes',
      what: 'from the order to the last line that is closed, each with its words',
      unit: 'ms',
      better: 'less',
      absolute: true,
      least: 1000,
      beyond: 400,
      figure: ({ leaveMs = 0 }) => leaveMs,
    },
    {
      name: 'longest block, 10,000 goodbyes',
      what: 'of the loop',
      unit: 'ms',
      better: 'less',
      absolute: true,
      least: 1000,
      beyond: 10,
      figure: ({ leaveBlockedMs = 0 }) => leaveBlockedMs,
    },
    {
      name: 'broadcast to 10,000',
      what: 'from the order to the last who heard the line',
      unit: 'ms',
      better: 'less',
      absolute: true,
      least: 1000,
      beyond: 400,
      figure: ({ tellMs = 0 }) => tellMs,
    },
    {
      name: 'longest block, broadcast to 10,000',
      what: 'of the loop',
      unit: 'ms',
      better: 'less',
      absolute: true,
      least: 1000,
      beyond: 10,
      figure: ({ tellBlockedMs = 0 }) => tellBlockedMs,
    },
  ],
};

/** What `--quick` leaves out, as it takes its time. */
export const SLOW: ReadonlySet<Group> = new Set([punctual]);

export const GROUPS: readonly Group[] = [
  connecting,
  echoing(50, 0.9, 0.97),
  echoing(1000, 0.85, 0.97),
  streaming,
  raw,
  punctual,
  idling,
];

/** How the cost of a line grows with the number of callers. */
export const GROWTH: readonly Group[] = [10, 100, 1000, 10_000].map((callers) => echoing(callers, 0, 0, 3));
