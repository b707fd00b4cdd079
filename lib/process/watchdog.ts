import { MAX_TIMER_MS } from './monotonic.js';

/** The actions of the watchdog. */
export interface WatchdogActions {
  report(line: string): void;
  exit(code: number): void;
}

/**
 * After `afterMs`, reports the handles that keep the process alive and exits with 1. Doesn't keep the process
 * alive itself. Returns a function that cancels it.
 */
export function watchdog(afterMs: number, { report, exit }: WatchdogActions): () => void {
  const bite = () => {
    report(`still running after ${afterMs} ms, kept alive by ${handles()}`);
    exit(1);
  };
  let timer: NodeJS.Timeout;
  const wait = (leftMs: number) => {
    const rest = leftMs - MAX_TIMER_MS;
    timer = setTimeout(rest > 0 ? () => wait(rest) : bite, Math.min(leftMs, MAX_TIMER_MS));
    timer.unref();
  };
  wait(afterMs);
  return () => clearTimeout(timer);
}

/** Counts the open handles: `3 × TCPSocketWrap, 1 × Timeout` */
function handles(): string {
  const counts = new Map<string, number>();
  for (const name of process.getActiveResourcesInfo()) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${count} × ${name}`).join(', ') || 'no handle that Node reports';
}
