/**
 * Measures one caller who streams lines of 64 bytes to an echo, both ways at once: the built board beside a
 * bare `node:net` server, in turn. Prints MiB/s and the ratio of each round, and the median. Loopback only.
 *
 *     npm run build && npm run stream -- [--mib 64] [--rounds 5]
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { mib: { type: 'string', default: '64' }, rounds: { type: 'string', default: '5' } },
});
const [mib, rounds] = [Number(values.mib), Number(values.rounds)];

const LINE = `${'x'.repeat(62)}\r\n`;
const block = Buffer.from(LINE.repeat((1024 * 1024) / LINE.length));

interface Echo {
  readonly child: ChildProcess;
  readonly port: number;
}

async function start(kind: 'bare' | 'board'): Promise<Echo> {
  const child = fork(new URL('./echo.ts', import.meta.url), [kind], { execArgv: ['--import', 'tsx'] });
  const [port] = (await once(child, 'message')) as [number];
  return { child, port };
}

/** MiB a second, there and back again. Reads into one buffer, so that the client isn't what is measured. */
function stream({ port }: Echo): Promise<number> {
  return new Promise((resolve, reject) => {
    const bytes = mib * 1024 * 1024;
    let returned = 0;
    let left = bytes;
    let startedAt = 0;
    const callback = (count: number) => {
      returned += count;
      if (returned < bytes) return true;
      resolve(mib / ((performance.now() - startedAt) / 1000));
      socket.destroy();
      return false;
    };
    const socket = net.connect({
      port,
      host: '127.0.0.1',
      onread: { buffer: Buffer.alloc(256 * 1024), callback },
    });
    const pump = () => {
      while (left > 0) {
        left -= block.length;
        if (!socket.write(block)) break;
      }
    };
    socket.on('drain', pump);
    socket.on('connect', () => {
      startedAt = performance.now();
      pump();
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`hung up after ${returned} bytes`)));
  });
}

const [bare, board] = [await start('bare'), await start('board')];
// The first round only warms up the compiler.
await stream(bare);
await stream(board);
const ratios: number[] = [];
for (let round = 1; round <= rounds; round += 1) {
  const [plain, ours] = [await stream(bare), await stream(board)];
  ratios.push(ours / plain);
  console.log(
    `round ${round}: bare ${plain.toFixed(0)} MiB/s, board ${ours.toFixed(0)} MiB/s, ratio ${(ours / plain).toFixed(2)}`,
  );
}
ratios.sort((one, other) => one - other);
console.log(
  `median ratio ${(ratios[Math.floor(ratios.length / 2)] ?? 0).toFixed(2)} of ${mib} MiB, ${rounds} rounds`,
);
for (const { child } of [bare, board]) child.disconnect();
