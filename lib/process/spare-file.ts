import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';

let spare: number | undefined;

/** Keeps one descriptor of this process for {@link withSpareFile}. Once is enough; more does nothing. */
export function keepSpareFile(): void {
  spare ??= openSpare();
}

/**
 * Does something that needs a descriptor where none is left: gives up the one that is kept, and takes it back afterwards. Callers
 * get nothing of it, since none is accepted in between.
 *
 * @param read Has closed what it opened when it returns.
 */
export function withSpareFile<T>(read: () => T): T {
  if (spare !== undefined) closeSync(spare);
  spare = undefined;
  try {
    return read();
  } finally {
    spare = openSpare();
  }
}

function openSpare(): number | undefined {
  try {
    return openSync(devNull, 'r');
  } catch {
    // The next time may be better.
    return undefined;
  }
}
