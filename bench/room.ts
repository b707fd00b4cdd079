/**
 * Measures one line said in a full room: the built board beside a bare loop that writes the same bytes to as
 * many sockets, in turn. Prints how many received it, the time from the first to the last, and the ratio of
 * each round. The terminals have colours and leave echo to the board, so that the prompt is drawn again
 * below. Loopback only.
 *
 *     npm run build && npm run room -- [--callers 1000] [--rounds 21]
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { callers: { type: 'string', default: '1000' }, rounds: { type: 'string', default: '21' } },
});
const [callers, rounds] = [Number(values.callers), Number(values.rounds)];

/** DO ECHO, DO SGA, WILL TTYPE, and its name, as a client answers. */
const TELNET = Buffer.from('fffd01fffd03fffb18fffa1800787465726dfff0', 'hex');

const said = (round: number) => `line ${round} of somebody who talks to all of them`;

interface Server {
  readonly child: ChildProcess;
  readonly sockets: readonly net.Socket[];
  /** Counts who has the words of this round, and when. */
  hears: (words: string) => Promise<{ count: number; spentMs: number }>;
}

async function start(kind: 'bare' | 'board'): Promise<Server> {
  const child = fork(new URL('./lobby.ts', import.meta.url), [kind], { execArgv: ['--import', 'tsx'] });
  const [port] = (await once(child, 'message')) as [number];
  let expected = Buffer.from('said by nobody');
  let heard = 0;
  let first = 0;
  let done = () => {};
  const sockets: net.Socket[] = [];
  const buffer = Buffer.alloc(64 * 1024);
  let welcomed = 0;

  const enter = (index: number) =>
    new Promise<void>((resolve, reject) => {
      const onHeard = (count: number) => {
        const bytes = buffer.subarray(0, count);
        if (bytes.includes(expected)) {
          heard += 1;
          if (heard === 1) first = performance.now();
          if (heard === callers) done();
        } else if (bytes.includes('Welcome, ')) {
          welcomed += 1;
          resolve();
        }
        return true;
      };
      const socket = net.connect({ port, host: '127.0.0.1', onread: { buffer, callback: onHeard } });
      sockets.push(socket);
      socket.on('error', reject);
      if (kind === 'bare') socket.on('connect', () => resolve());
      else socket.write(Buffer.concat([TELNET, Buffer.from(`caller${index}\r\n`)]));
    });
  // The first caller talks. The board doesn't send its own lines back to it.
  const all = kind === 'board' ? callers + 1 : callers;
  for (let index = 0; index < all; index += 50)
    await Promise.all(Array.from({ length: Math.min(50, all - index) }, (_, more) => enter(index + more)));
  if (kind === 'board' && welcomed !== all) throw new Error(`${welcomed} of ${all} got in`);

  return {
    child,
    sockets,
    async hears(words) {
      expected = Buffer.from(words);
      heard = 0;
      const allHeard = new Promise<void>((resolve) => {
        done = resolve;
      });
      await Promise.race([allHeard, new Promise((resolve) => setTimeout(resolve, 10_000))]);
      return { count: heard, spentMs: performance.now() - first };
    },
  };
}

/** Quiet, so that what was said before is over. */
const quiet = () => new Promise((resolve) => setTimeout(resolve, 300));

console.log(`${callers} callers come in ...`);
const [bare, board] = [await start('bare'), await start('board')];
const ratios: number[] = [];
// The first round only warms up the compiler.
for (let round = 0; round <= rounds; round += 1) {
  await quiet();
  const words = said(round);
  const plain$ = bare.hears(words);
  bare.child.send(`\r\x1b[J\x1b[1;36mcaller0\x1b[0m: ${words}\r\nlobby> `);
  const plain = await plain$;
  await quiet();
  const ours$ = board.hears(words);
  board.sockets[0]?.write(`${words}\r\n`);
  const ours = await ours$;
  if (round === 0) continue;
  ratios.push(ours.spentMs / plain.spentMs);
  console.log(
    `round ${round}: bare ${plain.count} in ${plain.spentMs.toFixed(1)} ms, board ${ours.count} in ${ours.spentMs.toFixed(1)} ms, ratio ${(ours.spentMs / plain.spentMs).toFixed(2)}`,
  );
}
ratios.sort((one, other) => one - other);
console.log(
  `median ratio ${(ratios[Math.floor(ratios.length / 2)] ?? 0).toFixed(2)} of ${callers} callers, ${rounds} rounds`,
);
for (const { child, sockets } of [bare, board]) {
  for (const socket of sockets) socket.destroy();
  child.disconnect();
}
