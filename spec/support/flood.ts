import { readFileSync } from 'node:fs';
import net from 'node:net';
import { PATIENCE_MS } from './caller.js';

/** Asks for an option that nobody has, 21,845 times: each costs an answer, if it is answered. */
const CHUNK = Buffer.alloc(3 * 21_845, Uint8Array.of(255, 253, 99));

const MIB = 1024 ** 2;
const SAMPLE_MS = 5;

/** What a {@link flood} did to the process at the other end. */
export interface Flood {
  readonly sentMiB: number;
  /** How far the resident memory rose, at most. */
  readonly grownMiB: number;
}

/** How much memory a process takes, in MiB; as Linux has it. */
export function residentMiB(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
  return Number(kib) / 1024;
}

/** How much is sent, and what ends the watch on the other end's memory before {@link PATIENCE_MS}. */
export interface FloodOptions {
  readonly sendMiB: number;
  /** As far as the memory may rise; left out, as far as it does. */
  readonly growMiB?: number;
  /** Resolves when the other end has had enough. */
  readonly done?: Promise<unknown>;
}

/** Floods the server at `port`, which is process `pid`, with `IAC DO 99`; reads nothing, and watches its memory. */
export async function flood(
  port: number,
  pid: number,
  { sendMiB, growMiB = Infinity, done = new Promise(() => {}) }: FloodOptions,
): Promise<Flood> {
  const until = performance.now() + PATIENCE_MS;
  const before = residentMiB(pid);
  let sentMiB = 0;
  let grownMiB = 0;
  let over = false;
  let writing = false;
  let wake = () => {};
  const enough = () => {
    over = true;
  };
  done.then(enough, enough);
  const socket = net.connect(port, '127.0.0.1').pause();
  socket.on('error', () => {});
  const written = () => {
    writing = false;
    wake();
  };
  while (!over && grownMiB <= growMiB && performance.now() < until) {
    if (!writing && sentMiB < sendMiB && !socket.destroyed) {
      writing = true;
      sentMiB += CHUNK.length / MIB;
      socket.write(CHUNK, written);
    }
    await new Promise<void>((resolve) => {
      wake = resolve;
      setTimeout(resolve, SAMPLE_MS);
    });
    grownMiB = Math.max(grownMiB, residentMiB(pid) - before);
  }
  socket.destroy();
  return { sentMiB, grownMiB };
}
