import { readFileSync, statSync } from 'node:fs';
import { getSystemErrorMap } from 'node:util';

/**
 * The bytes of a file that a person writes.
 *
 * @throws If there is no such file, or it is longer than `maxBytes`, or no file: a pipe would keep the board from starting, and
 *   a device has no end.
 */
export function readBytes(path: string, maxBytes: number): Buffer {
  const stats = statSync(path);
  if (!stats.isFile()) throw new Error('not a file');
  if (stats.size > maxBytes) throw new Error(`it has ${stats.size} bytes`);
  return readFileSync(path);
}

/** What went wrong with a file: the system's own words, without the system call. */
export function reasonOf(error: unknown): string {
  const { errno, message } = error as NodeJS.ErrnoException;
  return getSystemErrorMap().get(errno ?? 0)?.[1] ?? message;
}
