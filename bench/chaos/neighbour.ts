import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { logIn } from '../../spec/support/caller.js';

/** Somebody on line throughout. */
export interface Neighbour {
  /** How long the longest of the answers took so far, in milliseconds. */
  worstMs(): number;
  /** Leaves; rejects if an answer never came. */
  leaves(): Promise<void>;
}

/** Generous: an answer that takes longer counts as missing. */
const PATIENCE_MS = 10_000;

/** Logs in, and says something twice a second: the board must answer, whatever others do. */
export async function neighbour(port: number, says = '/time', answer = 'It is '): Promise<Neighbour> {
  const { socket, hangUp } = await logIn(port, 'neighbour');
  let worst = 0;
  let stays = true;
  const ask = async () => {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const askedAt = performance.now();
    socket.write(`${says}\r\n`);
    for (let heard = ''; !heard.includes(answer); ) {
      const [text] = await once(socket, 'data', { signal });
      heard = heard.slice(-answer.length) + text;
    }
    worst = Math.max(worst, performance.now() - askedAt);
  };
  const asking = (async () => {
    while (stays) {
      await ask();
      await wait(500);
    }
  })().catch((cause) => {
    throw new Error('the neighbour was not answered', { cause });
  });
  asking.catch(() => {});
  return {
    worstMs: () => worst,
    async leaves() {
      stays = false;
      await asking;
      hangUp();
    },
  };
}
