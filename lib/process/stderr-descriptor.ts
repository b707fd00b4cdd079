import { constants, fstatSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';

/** What stderr is open as. */
const STDERR = 2;

/**
 * A descriptor that writes where stderr goes and that doesn't wait: at a stopped terminal, or a pipe whose reader stands still,
 * a write fails with `EAGAIN`. It is opened anew where that can be done, so that whoever shares stderr with us isn't concerned; a
 * file is written to as it is, to keep its place in it.
 */
export function stderrDescriptor(): number {
  const stats = fstatSync(STDERR);
  if (stats.isFile()) return STDERR;
  return reopened('/proc/self/fd/2') ?? (isatty(STDERR) ? reopened('/dev/tty') : undefined) ?? shared();
}

function reopened(path: string): number | undefined {
  const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
  try {
    return openSync(path, O_WRONLY | O_NONBLOCK | O_NOCTTY);
  } catch {
    // A socket, such as the journal's, can't be opened (ENXIO), nor can the terminal of another user.
    return undefined;
  }
}

/**
 * Node sets a socket not to wait as it makes its stream. A child that inherits stderr has it wait again (libuv's `uv_spawn` clears
 * the flag of what both share): the board starts none.
 */
function shared(): number {
  process.stderr.on('error', () => {});
  return STDERR;
}
