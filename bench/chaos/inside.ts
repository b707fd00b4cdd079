import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { call, logIn } from '../../spec/support/caller.js';
import { bytesOf } from '../../spec/support/telnet-words.js';
import type { Figures } from './board.js';
import { BREAKS } from './breaks.js';
import { churn } from './churn.js';
import { kept } from './leftovers.js';
import { neighbour } from './neighbour.js';
import type { Storm } from './storms.js';

/** A board that takes longer to end by itself, once it has been stopped, is kept by something. */
const PATIENCE_MS = 10_000;

/** Runs something against the bench's own board, which may be asked for its figures, with somebody on line throughout. */
async function inside(
  storm: (port: number, figures: () => Promise<Figures>) => Promise<string>,
): Promise<string> {
  const board: ChildProcess = kept(
    fork(new URL('./board.ts', import.meta.url), {
      execArgv: ['--expose-gc', '--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    }),
  );
  let said = '';
  board.stderr?.on('data', (text) => {
    said = `${said}${text}`.slice(-1000);
  });
  const end = once(board, 'exit');
  const died = end.then(([code, signal]) => {
    throw new Error(`the board died of ${signal ?? code}: ${said}`);
  });
  died.catch(() => {});
  const told = async <T>() => (await Promise.race([once(board, 'message'), died]))[0] as T;
  try {
    const port = await told<number>();
    const figures = () => {
      board.send('figures');
      return told<Figures>();
    };
    const beside = await neighbour(port, 'hello', 'hello');
    const words = await Promise.race([storm(port, figures), died]);
    await beside.leaves();
    board.send('stop');
    const stuck = setTimeout(() => board.kill('SIGKILL'), PATIENCE_MS);
    const [code, signal] = await end;
    clearTimeout(stuck);
    if (code !== 0) throw new Error(`the board ended with ${code ?? signal}: ${said}`);
    return `${words}; a neighbour waited ${Math.round(beside.worstMs())} ms at most`;
  } finally {
    board.kill('SIGKILL');
  }
}

const ROUNDS = 10;

export const brokenApps: Storm = () =>
  inside(async (port, figures) => {
    const places = ['login', ...Object.keys(BREAKS)];
    for (let round = 0; round < ROUNDS; round += 1)
      await Promise.all(
        places.map(async (place) => {
          const caller = await call(port);
          await caller.hears('Handle: ');
          caller.says(bytesOf('DO ECHO', 'DO SGA'));
          caller.says(`${place} ${round}\r\nx\t\r\n`);
          // That one breaks when it is left.
          if (place === 'way out') caller.hears('x').then(caller.hangUp, () => {});
          await caller.gone;
        }),
      );
    const { sessions, endings, failedTeardowns, unheard } = await figures();
    const [broken, left] = [(places.length - 1) * ROUNDS, ROUNDS];
    const asWanted = endings['app-error'] === broken && endings.hangup === left && failedTeardowns === left;
    if (sessions !== 1 || !asWanted || unheard > 0)
      throw new Error(
        `${sessions - 1} sessions are left; ${broken} apps broke, ${left} of them when they were left: ${JSON.stringify({ ...endings, failedTeardowns, unheard })}`,
      );
    return `${places.length * ROUNDS} callers whose app breaks, in ${places.length} places: each alone with it`;
  });

const DEAF = 30;

export const deaf: Storm = () =>
  inside(async (port, figures) => {
    const callers = await Promise.all(
      Array.from({ length: DEAF }, (_, index) => logIn(port, `deaf${index}`)),
    );
    for (const caller of callers) {
      caller.socket.pause();
      caller.says('much\r\n');
    }
    // Asked for, until all are closed; each look takes a quarter of a second.
    for (let look = 0; ; look += 1) {
      const { endings } = await figures();
      if (endings.slow === DEAF) break;
      if (look > 100) throw new Error(`${DEAF} should be closed as slow: ${JSON.stringify(endings)}`);
    }
    for (const { hangUp } of callers) hangUp();
    return `${DEAF} who read nothing while they are written to: all closed as slow`;
  });

const WARM_UP = 2000;
const CHURNED = 10_000;
const MAX_HEAP_KIB = 2048;
const HEAP = 'heap KiB';

export const soak: Storm = () =>
  inside(async (port, figures) => {
    await churn(port, WARM_UP, 100, 'throw');
    const before = open(await figures());
    await churn(port, CHURNED, 100, 'throw');
    const after = open(await figures());
    const grown = [...new Set([...Object.keys(before), ...Object.keys(after)])].map((name) => {
      const [from, to] = [before[name] ?? 0, after[name] ?? 0];
      return {
        name,
        by: to - from,
        words: `${name} ${from}${to < from ? ' -' : ' +'}${Math.abs(to - from)}`,
      };
    });
    const words = grown.map(({ words }) => words).join(', ');
    const wrong = grown.some(({ name, by }) => (name === HEAP ? by > MAX_HEAP_KIB : by !== 0));
    if (wrong) throw new Error(`left behind by ${CHURNED} callers: ${words}`);
    return `10,000 callers, a third by reset: ${words}`;
  });

const open = ({ sessions, resources, listeners, files, heapKiB }: Figures): Record<string, number> => ({
  sessions,
  ...resources,
  listeners,
  files,
  [HEAP]: heapKiB,
});
