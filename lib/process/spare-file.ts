import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';

let spare: number | undefined;

/** Reserves one descriptor of this process for {@link withSpareFile}. Calling it again does nothing. */
export function keepSpareFile(): void {
  spare ??= openSpare();
}

/**
 * Runs `read`, which needs a descriptor, when none may be left: closes the spare one first, and opens it
 * again afterwards. No connection can take it in between, since all of this is synchronous.
 *
 * @param read Must close what it opened before it returns.
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
    // It is tried again the next time.
    return undefined;
  }
}
