import { logIn } from '../../spec/support/caller.js';

/** Somebody on line throughout. */
export interface Neighbour {
  /** How long the longest of the answers took so far, in milliseconds. */
  worstMs(): number;
  /** Leaves; rejects if an answer never came. */
  leaves(): Promise<void>;
}

/** Logs in, and asks for the time twice a second: the board must answer, whatever others do. */
export async function neighbour(port: number): Promise<Neighbour> {
  const caller = await logIn(port, 'neighbour');
  let worst = 0;
  let stays = true;
  const asking = (async () => {
    while (stays) {
      const before = caller.heard.length;
      const askedAt = performance.now();
      caller.says('/time\r\n');
      await caller.hears(new RegExp(`^[^]{${before}}[^]*It is `));
      worst = Math.max(worst, performance.now() - askedAt);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  })();
  asking.catch(() => {});
  return {
    worstMs: () => worst,
    async leaves() {
      stays = false;
      await asking;
      caller.hangUp();
    },
  };
}
