// Loaded into a board before it starts: answers a message, once its loop has nothing to do, with the longest time that the
// loop stood still since the message before.
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';

const LOOK_MS = 10;
const QUIET = 0.3;
const MAX_LOOKS = 2000;

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();

process.on('message', async () => {
  let quietLooks = 0;
  for (let looks = 0; quietLooks < 2 && looks < MAX_LOOKS; looks += 1) {
    const before = performance.eventLoopUtilization();
    await wait(LOOK_MS);
    quietLooks = performance.eventLoopUtilization(before).utilization < QUIET ? quietLooks + 1 : 0;
  }
  const { heapUsed, external } = process.memoryUsage();
  process.send({ blockMs: delay.max / 1e6, heldMiB: (heapUsed + external) / 2 ** 20 });
  delay.reset();
});
// The channel alone must not keep a board that has shut down.
process.channel.unref();
