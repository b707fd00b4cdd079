/** The number of callers to remember. */
const MAX_CALLERS = 10;

/** An earlier caller. */
export interface LastCaller {
  readonly handle: string;
  /** The time of the call, in milliseconds since 1970 by the board's clock. */
  readonly at: number;
}

/** Creates a list of the last callers, the latest first. A handle that calls again moves to the top. */
export function lastCallers() {
  let callers: readonly LastCaller[] = [];
  return {
    list: (): readonly LastCaller[] => callers,
    add(caller: LastCaller): void {
      const others = callers.filter(({ handle }) => handle !== caller.handle);
      callers = [caller, ...others].slice(0, MAX_CALLERS);
    },
  };
}
