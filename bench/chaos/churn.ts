import { once } from 'node:events';
import net from 'node:net';

const STAGES = ['before the greeting', 'at the handle', 'in a line', 'after a line'] as const;
const WAYS = ['reset', 'end', 'quit'] as const;
/** A visit that takes longer hangs. */
const PATIENCE_MS = 20_000;

/**
 * Callers who come and go, so many at once: a third leaves by reset, a third hangs up, a third says so and is hung up on by the
 * board; each at one of four stages. Resolves with how many said so. Rejects at the first whose line isn't over in time.
 */
export async function churn(port: number, visits: number, atOnce: number, quit = '/quit'): Promise<number> {
  let next = 0;
  let quits = 0;
  const come = async () => {
    while (next < visits) {
      next += 1;
      if ((await visit(port, next, quit)) === 'quit') quits += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, come));
  return quits;
}

async function visit(port: number, index: number, quit: string): Promise<(typeof WAYS)[number]> {
  const way = WAYS[index % WAYS.length] as (typeof WAYS)[number];
  const stage = STAGES[Math.floor(index / WAYS.length) % STAGES.length] as (typeof STAGES)[number];
  const socket = net.connect(port, '127.0.0.1').on('error', () => {});
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const gone = once(socket, 'close', { signal }).catch(() => {
    socket.destroy();
    throw new Error(`visit ${index} (${way}, ${stage}) hangs`);
  });
  gone.catch(() => {});
  let heard = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    heard += text;
  });
  const hears = async (words: string) => {
    while (!heard.includes(words)) {
      if (socket.closed)
        throw new Error(`visit ${index} (${way}, ${stage}) was cut off: ${heard.slice(-100)}`);
      await Promise.race([once(socket, 'data'), gone]);
    }
  };
  if (stage !== 'before the greeting') {
    await hears('Handle: ');
    socket.write(stage === 'at the handle' ? 'chu' : `churn${index}\r\n`);
  }
  if (stage === 'in a line' || stage === 'after a line') {
    await hears('Welcome, ');
    socket.write(stage === 'in a line' ? 'half a li' : 'a line\r\n');
  }
  if (way === 'reset') socket.resetAndDestroy();
  else if (way === 'end') socket.end();
  else socket.write(`${REST[stage](index)}${quit}\r\n`);
  await gone;
  return way;
}

/** The input that leads to each stage, where a command can be typed. */
const REST = {
  'before the greeting': (index: number) => `churn${index}\r\n`,
  'at the handle': (index: number) => `rn${index}\r\n`,
  'in a line': () => '\r\n',
  'after a line': () => '',
};
