/**
 * What a board does at each signal; docs/shutdown-procedure.md says the same of all others. `shutdown` begins the shutdown, `hangup` rereads the
 * configuration unless the terminal is gone, `ignored` is a line in the log. Nothing is imported here, so that nothing comes before.
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

/** Whether a signal changes nothing. */
export const isIgnored = (signal: NodeJS.Signals): boolean => SIGNALS[signal as Heard] === 'ignored';

/**
 * Takes the signals of {@link SIGNALS} away from their default actions, which are the end of the process and, of SIGUSR1, a
 * debugger that listens. What comes before the function returned is called waits, and is told first. The handlers stay, so that no later
 * signal meets a default action.
 */
export function holdSignals(source: NodeJS.EventEmitter = process): (hear: (signal: Heard) => void) => void {
  const waiting: Heard[] = [];
  let tell = (signal: Heard): void => void waiting.push(signal);
  for (const name of Object.keys(SIGNALS) as Heard[]) {
    try {
      source.on(name, () => tell(name));
    } catch {
      // Not every system has every signal.
    }
  }
  return (hear) => {
    tell = hear;
    for (const signal of waiting.splice(0)) hear(signal);
  };
}
