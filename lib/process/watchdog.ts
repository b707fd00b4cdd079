import { MAX_TIMER_MS } from './monotonic.js';

/** What the watchdog may do. */
export interface WatchdogActions {
  report(line: string): void;
  exit(code: number): void;
}

/**
 * Ends a process with 1 that is still there after `afterMs`, and reports the handles that kept it. Doesn't keep
 * the process itself. Returns a function that calls it off.
 */
export function watchdog(afterMs: number, { report, exit }: WatchdogActions): () => void {
  const bite = () => {
    report(`still here after ${afterMs} ms, kept by ${handles()}`);
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

/** `3 × TCPSocketWrap, 1 × Timeout` */
function handles(): string {
  const counts = new Map<string, number>();
  for (const name of process.getActiveResourcesInfo()) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${count} × ${name}`).join(', ') || 'nothing that Node knows of';
}
