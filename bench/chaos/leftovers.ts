import type { ChildProcess } from 'node:child_process';
import { stopAll } from '../../spec/support/cli.js';

const children = new Set<ChildProcess>();

/** Remembers a process, so that {@link stopRest} ends it. */
export function kept<T extends ChildProcess>(child: T): T {
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/** Ends every process that is still there, stopped ones too. */
export function stopRest(): void {
  stopAll();
  for (const child of children) child.kill('SIGKILL');
}
