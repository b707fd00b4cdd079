import { closeSync, openSync } from 'node:fs';

/** Opens the controlling terminal of the process, and closes it again. */
const openTerminal = (): void => closeSync(openSync('/dev/tty', 'r'));

/**
 * Watches the terminal that the process was started from.
 *
 * @param isTerminal Whether stderr is a terminal.
 * @param open Opens the terminal; throws the system's error if it can't.
 * @returns A function that tells whether the terminal existed at first and is closed by now (ENXIO). Without
 *   a terminal it always returns false.
 */
export function terminalWatch(
  isTerminal = process.stderr.isTTY === true,
  open = openTerminal,
): () => boolean {
  const isGone = () => {
    try {
      open();
      return false;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ENXIO';
    }
  };
  // A session without a controlling terminal (setsid(1)) gives the same error from the start.
  if (!isTerminal || isGone()) return () => false;
  return isGone;
}
