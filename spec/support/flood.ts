import { readFileSync } from 'node:fs';
import net from 'node:net';
import { PATIENCE_MS } from './caller.js';

/** 21,845 requests for an unknown option, each of which costs an answer. */
const CHUNK = Buffer.alloc(3 * 21_845, Uint8Array.of(255, 253, 99));

const MIB = 1024 ** 2;
const SAMPLE_MS = 5;

/** The effect of a {@link flood} on the server's process. */
export interface Flood {
  readonly sentMiB: number;
  /** The greatest growth of the resident memory. */
  readonly grownMiB: number;
}

/** Returns the resident memory of a process in MiB, on Linux. */
export function residentMiB(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
  return Number(kib) / 1024;
}

/** How much to send, and what ends the flood before {@link PATIENCE_MS}. */
export interface FloodOptions {
  readonly sendMiB: number;
  /** Ends at this growth of the memory. */
  readonly growMiB?: number;
  /** Ends when this resolves. */
  readonly done?: Promise<unknown>;
}

/** Floods the server at `port` (process `pid`) with `IAC DO 99`, reads nothing, and watches the server's memory. */
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
