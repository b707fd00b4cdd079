import { constants, fstatSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';

/** The descriptor of stderr. */
const STDERR = 2;

/**
 * Returns a descriptor that writes to stderr without blocking: at a stopped terminal or a full pipe, writing
 * fails with `EAGAIN`. Opens stderr again where possible, so that other processes that share it aren't
 * affected. A file is written to through the original descriptor, to keep its position.
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
    // A socket (the journal's) can't be opened (ENXIO), nor can the terminal of another user.
    return undefined;
  }
}

/**
 * Returns stderr itself. Node makes a socket non-blocking when it creates the stream. A child process that
 * inherits stderr would make it block again (libuv's `uv_spawn` clears the flag, which both share), but the
 * board starts none.
 */
function shared(): number {
  process.stderr.on('error', () => {});
  return STDERR;
}
