import { closeSync, openSync } from 'node:fs';

/** Opens what a process's own terminal is called, whichever that is, and closes it again. */
const openTerminal = (): void => closeSync(openSync('/dev/tty', 'r'));

/**
 * Looks at the terminal that the process was started from.
 *
 * @param isTerminal Whether there is one that people read: stderr is it.
 * @param open Opens the terminal; throws the system's error if it can't.
 * @returns Whether that terminal was there at first and is closed by now (ENXIO). Without one it never is.
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
  // A session without a terminal of its own, as of setsid(1), gives the same answer from the beginning.
  if (!isTerminal || isGone()) return () => false;
  return isGone;
}
