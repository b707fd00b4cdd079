import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { logIn } from '../../spec/support/caller.js';
import type { Figures } from './board.js';
import { churn } from './churn.js';
import type { Storm } from './storms.js';

/** Runs something against the bench's own board, which may be asked for its figures. */
async function inside(
  storm: (port: number, figures: () => Promise<Figures>) => Promise<string>,
): Promise<string> {
  const board: ChildProcess = fork(new URL('./board.ts', import.meta.url), {
    execArgv: ['--expose-gc', '--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  try {
    const [port] = (await once(board, 'message')) as [number];
    const figures = async () => {
      board.send('figures');
      return ((await once(board, 'message')) as [Figures])[0];
    };
    const words = await storm(port, figures);
    board.send('stop');
    const [code] = await once(board, 'exit');
    if (code !== 0) throw new Error(`the board ended with ${code}`);
    return words;
  } finally {
    board.kill('SIGKILL');
  }
}

const WORDS = ['throw', 'fail', 'later', 'teardown', 'nonsense'];

export const brokenApps: Storm = () =>
  inside(async (port, figures) => {
    const beside = await logIn(port, 'neighbour');
    for (let round = 0; round < 10; round += 1) {
      await Promise.all(
        Array.from({ length: 50 }, async (_, index) => {
          const caller = await logIn(port, `caller${index}`);
          const word = WORDS[index % WORDS.length] as string;
          caller.says(`${word}\r\n`);
          if (word === 'teardown') caller.hangUp();
          await caller.gone;
        }),
      );
      beside.says(`round ${round}\r\n`);
      await beside.hears(`round ${round}`);
    }
    const { sessions } = await figures();
    if (sessions !== 1) throw new Error(`${sessions} sessions are left`);
    beside.hangUp();
    return '500 callers whose app fails, in five ways: each alone with it';
  });

export const deaf: Storm = () =>
  inside(async (port, figures) => {
    const beside = await logIn(port, 'neighbour');
    const callers = await Promise.all(Array.from({ length: 30 }, (_, index) => logIn(port, `deaf${index}`)));
    for (const caller of callers) {
      caller.socket.pause();
      caller.says('much\r\n');
    }
    // Asked for, until all are closed; each look takes a quarter of a second.
    for (let look = 0; (await figures()).slow < callers.length; look += 1) {
      if (look > 100) throw new Error(`only ${(await figures()).slow} were closed`);
      beside.says(`look ${look}\r\n`);
      await beside.hears(`look ${look}`);
    }
    for (const { hangUp } of [...callers, beside]) hangUp();
    return '30 who read nothing while they are written to: all closed as slow';
  });

const WARM_UP = 2000;
const CHURNED = 10_000;
const MOST_HEAP_KIB = 2048;

export const soak: Storm = () =>
  inside(async (port, figures) => {
    await churn(port, WARM_UP, 100, 'throw');
    const before = await figures();
    await churn(port, CHURNED, 100, 'throw');
    const after = await figures();
    const grown = Object.entries(after).map(
      ([name, value]) =>
        [name, value - before[name as keyof Figures], before[name as keyof Figures]] as const,
    );
    const words = grown.map(([name, by, from]) => `${name} ${from} ${by < 0 ? '' : '+'}${by}`).join(', ');
    const wrong = grown.filter(([name, by]) => (name === 'heapKiB' ? by > MOST_HEAP_KIB : by !== 0));
    if (wrong.length > 0) throw new Error(`left behind by ${CHURNED} callers: ${words}`);
    return `10,000 callers, a third by reset: ${words}`;
  });
