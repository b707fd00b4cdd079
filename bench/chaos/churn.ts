import { once } from 'node:events';
import net from 'node:net';

const STAGES = ['before the greeting', 'at the handle', 'in a line', 'after a line'] as const;
const WAYS = ['reset', 'end', 'quit'] as const;
/** A visit that takes longer hangs. */
const PATIENCE_MS = 20_000;

/**
 * Callers who come and go, so many at once: a third leaves by reset, a third hangs up, a third says so; each at one of four stages.
 * Rejects at the first whose line isn't over in time.
 */
export async function churn(port: number, visits: number, atOnce: number, quit = '/quit'): Promise<void> {
  let next = 0;
  const come = async () => {
    while (next < visits) {
      next += 1;
      await visit(port, next, quit);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, come));
}

async function visit(port: number, index: number, quit: string): Promise<void> {
  const way = WAYS[index % WAYS.length];
  const stage = STAGES[Math.floor(index / WAYS.length) % STAGES.length];
  const socket = net.connect(port, '127.0.0.1').on('error', () => {});
  const gone = new Promise<void>((resolve, reject) => {
    socket.once('close', () => resolve());
    setTimeout(() => reject(new Error(`visit ${index} (${way}, ${stage}) hangs`)), PATIENCE_MS).unref();
  });
  gone.catch(() => {});
  let heard = '';
  const hears = async (words: string) => {
    while (!heard.includes(words) && !socket.closed)
      heard += `${(await Promise.race([once(socket, 'data'), gone])) ?? words}`;
  };
  if (stage !== 'before the greeting') {
    await hears('Handle: ');
    socket.write(stage === 'at the handle' ? `chu` : `churn${index}\r\n`);
  }
  if (stage === 'in a line' || stage === 'after a line') {
    await hears('Welcome, ');
    socket.write(stage === 'in a line' ? 'half a li' : 'a line\r\n');
  }
  socket.resume();
  if (way === 'reset') socket.resetAndDestroy();
  else if (way === 'end') socket.end();
  else socket.end(`\r\n${quit}\r\n`);
  await gone;
}
