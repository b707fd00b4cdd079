import { setTimeout as wait } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const gc: () => void = runInNewContext('gc');

/** Collects what nothing refers to. An object that was made in this turn stays until the next. */
export async function collect(): Promise<void> {
  for (let time = 0; time < 3; time += 1) {
    await wait();
    gc();
  }
}
