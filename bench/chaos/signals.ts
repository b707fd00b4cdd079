import { spawn } from 'node:child_process';
import net from 'node:net';
import { call, logIn } from '../../spec/support/caller.js';
import {
  type BoardProcess,
  cleanEnv,
  type Ended,
  ended,
  IMPULSE,
  OPEN_DOOR,
  startBoard,
} from '../../spec/support/cli.js';
import { kept } from './leftovers.js';

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGINT twice', 'SIGHUP'] as const;
type Signals = (typeof SIGNALS)[number];

/** How a process may end. */
const CODES: Readonly<Record<Signals, readonly number[]>> = {
  SIGTERM: [0],
  SIGINT: [0],
  // Without callers the first may be enough.
  'SIGINT twice': [0, 130],
  // It reads its configuration again, and goes down at the SIGTERM that follows.
  SIGHUP: [0],
};
/** A run that takes longer hangs. */
const PATIENCE_MS = 15_000;

interface Phase {
  readonly name: string;
  readonly options?: readonly string[];
  /** Brings a board into the phase. Returns what lets the caller go. */
  readonly enter: (board: BoardProcess) => Promise<() => void>;
  /** Where a second SIGINT can't come too late. */
  readonly codes?: Partial<Record<Signals, readonly number[]>>;
}

const stays = (socket: net.Socket) => () => void socket.destroy();

const PHASES: readonly Phase[] = [
  { name: 'nobody', enter: async () => () => {} },
  {
    name: 'waiting',
    options: ['--max-sessions', '1', '--waiting-room', '5'],
    async enter(board) {
      const inside = await call(board.port);
      await inside.hears('Handle: ');
      const waiting = await call(board.port);
      await board.logs('sessionWaiting');
      return () => {
        inside.hangUp();
        waiting.hangUp();
      };
    },
  },
  {
    name: 'logging in',
    async enter(board) {
      const caller = await call(board.port);
      await caller.hears('Handle: ');
      caller.says('an');
      return stays(caller.socket);
    },
  },
  {
    name: 'active',
    enter: async (board) => stays((await logIn(board.port, 'ann')).socket),
    codes: { 'SIGINT twice': [130] },
  },
  {
    name: 'closing',
    async enter(board) {
      const socket = net.connect({ port: board.port, host: '127.0.0.1', allowHalfOpen: true });
      socket.on('error', () => {}).resume();
      socket.write('ann\r\n/quit\r\n');
      await board.logs('sessionClosing');
      return stays(socket);
    },
  },
  {
    name: 'draining',
    async enter(board) {
      const { socket } = await logIn(board.port, 'ann');
      board.child.kill('SIGTERM');
      await board.logs('serverDraining');
      return stays(socket);
    },
    codes: { SIGINT: [130], 'SIGINT twice': [130] },
  },
];

/** What a phase and a signal came to. */
interface Tally {
  readonly phase: string;
  readonly signals: Signals;
  runs: number;
  hangs: number;
  readonly codes: Map<number | string, number>;
  wrong: number;
}

/** What became of a run: an exit code, a signal that was the end of it, or what went wrong before there was one. */
type Outcome = number | string;

/** Sends each signal in each phase of a board, so many times. */
export async function signals(runs: number): Promise<{ table: string; wrong: number }> {
  const tallies: Tally[] = [];
  for (const phase of PHASES)
    for (const name of SIGNALS) {
      const tally: Tally = {
        phase: phase.name,
        signals: name,
        runs: 0,
        hangs: 0,
        codes: new Map(),
        wrong: 0,
      };
      tallies.push(tally);
      await abreast(runs, () => inPhase(phase, name), tally, phase.codes?.[name] ?? CODES[name]);
    }
  for (const name of SIGNALS) {
    const tally: Tally = { phase: 'starting', signals: name, runs: 0, hangs: 0, codes: new Map(), wrong: 0 };
    tallies.push(tally);
    await abreast(runs, () => whileStarting(name), tally, CODES[name]);
  }
  const rows = tallies.map(({ phase, signals, runs, hangs, wrong, codes }) => {
    const ends = [...codes].map(([code, count]) => `${code} × ${count}`).join(', ');
    return `${phase.padEnd(12)}${signals.padEnd(14)}${`${runs}`.padStart(4)} runs  ${hangs} hangs  ${wrong} wrong  exit ${ends}`;
  });
  return { table: rows.join('\n'), wrong: tallies.reduce((sum, { hangs, wrong }) => sum + hangs + wrong, 0) };
}

/** Four at a time: most of a run is the start of a process. */
async function abreast(
  runs: number,
  run: () => Promise<Outcome>,
  tally: Tally,
  codes: readonly number[],
): Promise<void> {
  let left = runs;
  const one = async () => {
    while (left > 0) {
      left -= 1;
      const outcome = await run().catch((error: Error) => error.message.slice(0, 200));
      tally.runs += 1;
      if (outcome === HANGS) tally.hangs += 1;
      else {
        tally.codes.set(outcome, (tally.codes.get(outcome) ?? 0) + 1);
        if (!codes.includes(outcome as number)) tally.wrong += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: 4 }, one));
}

async function inPhase({ options = [], enter }: Phase, signals: Signals): Promise<Outcome> {
  // Only a second SIGINT ends a grace period early.
  const grace = signals === 'SIGINT twice' ? '1h' : '300ms';
  const board = await startBoard([...OPEN_DOOR, '--shutdown-grace', grace, ...options]);
  let leave = () => {};
  try {
    leave = await enter(board);
    const { child } = board;
    if (signals === 'SIGINT twice') {
      child.kill('SIGINT');
      await Promise.race([board.logs('serverDraining'), board.end]).catch(() => {});
      child.kill('SIGINT');
    } else child.kill(signals);
    if (signals === 'SIGHUP') await rereadAndStopped(board);
    return await inTime(board.end);
  } finally {
    board.child.kill('SIGKILL');
    leave();
  }
}

/** Waits until it has read its configuration again, unless it goes down first, and stops it. */
async function rereadAndStopped(board: BoardProcess): Promise<void> {
  await Promise.race([board.logs('configReread'), board.end]);
  board.child.kill('SIGTERM');
}

/** A signal at the very moment in which there is a handler for it. */
async function whileStarting(signals: Signals): Promise<Outcome> {
  const [signal, twice] = signals.split(' ');
  const kill = `process.kill(process.pid, '${signal}');`;
  const atOnce = `process.on('newListener', (name) => { if (name === '${signal}') process.nextTick(() => { ${kill} ${twice ? kill : ''} }); });`;
  const node = ['--import', `data:text/javascript,${encodeURIComponent(atOnce)}`];
  if (signals === 'SIGHUP') {
    const board = await startBoard([], node);
    await rereadAndStopped(board);
    return inTime(board.end).finally(() => board.child.kill('SIGKILL'));
  }
  const child = kept(
    spawn(process.execPath, [...node, IMPULSE, 'serve', '--port', '0'], { cwd: '/', env: cleanEnv() }),
  );
  return inTime(ended(child)).finally(() => child.kill('SIGKILL'));
}

const HANGS = 'hangs';
const inTime = (end: Promise<Ended>): Promise<Outcome> =>
  Promise.race([
    end.then(({ code, signal }) => code ?? `${signal}`),
    new Promise<Outcome>((resolve) => setTimeout(() => resolve(HANGS), PATIENCE_MS).unref()),
  ]);
