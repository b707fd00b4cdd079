import { readFileSync, statSync } from 'node:fs';
import { getSystemErrorMap } from 'node:util';

/**
 * Reads a file that a person writes.
 *
 * @throws If the file doesn't exist, is longer than `maxBytes`, or isn't a regular file. Reading a pipe could
 *   block the start, and a device has no end.
 */
export function readBytes(path: string, maxBytes: number): Buffer {
  const stats = statSync(path);
  if (!stats.isFile()) throw new Error('not a file');
  if (stats.size > maxBytes) throw new Error(`it has ${stats.size} bytes`);
  return readFileSync(path);
}

/** The system's error message, without the name of the system call. */
export function reasonOf(error: unknown): string {
  const { errno, message } = error as NodeJS.ErrnoException;
  return getSystemErrorMap().get(errno ?? 0)?.[1] ?? message;
}
