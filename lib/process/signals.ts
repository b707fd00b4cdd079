/**
 * The board's reaction to each signal; docs/shutdown-procedure.md describes the other signals. `shutdown`
 * begins the shutdown. `hangup` rereads the configuration, or begins the shutdown if the terminal is closed.
 * `ignored` writes a line to the log. This module imports nothing, so that it runs first.
 */
export const SIGNALS = {
  SIGINT: 'shutdown',
  SIGTERM: 'shutdown',
  SIGQUIT: 'shutdown',
  SIGPWR: 'shutdown',
  SIGXCPU: 'shutdown',
  SIGHUP: 'hangup',
  SIGUSR1: 'ignored',
  SIGUSR2: 'ignored',
  SIGALRM: 'ignored',
  SIGVTALRM: 'ignored',
  SIGPROF: 'ignored',
  SIGIO: 'ignored',
  SIGSTKFLT: 'ignored',
} as const satisfies { readonly [Name in NodeJS.Signals]?: 'shutdown' | 'hangup' | 'ignored' };

type Heard = keyof typeof SIGNALS;

/** Returns whether a signal changes nothing. */
export const isIgnored = (signal: NodeJS.Signals): boolean => SIGNALS[signal as Heard] === 'ignored';

/**
 * Handles {@link SIGNALS} in place of their default actions. Those end the process, or open Node's debugger
 * for SIGUSR1. Signals that come before the returned function is called are held and delivered first. The
 * handlers stay installed, so that no later signal gets its default action.
 */
export function holdSignals(source: NodeJS.EventEmitter = process): (hear: (signal: Heard) => void) => void {
  const waiting: Heard[] = [];
  let tell = (signal: Heard): void => void waiting.push(signal);
  for (const name of Object.keys(SIGNALS) as Heard[]) {
    try {
      source.on(name, () => tell(name));
    } catch {
      // The system doesn't have this signal.
    }
  }
  return (hear) => {
    tell = hear;
    for (const signal of waiting.splice(0)) hear(signal);
  };
}
