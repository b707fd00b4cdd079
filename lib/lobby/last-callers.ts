/** Callers that are remembered. */
const MOST = 10;

/** Somebody who called. */
export interface LastCaller {
  readonly handle: string;
  /** When, in milliseconds since 1970 by the board's clock. */
  readonly at: number;
}

/** The last callers of a board, the latest first; whoever calls again moves up. */
export function lastCallers() {
  let callers: readonly LastCaller[] = [];
  return {
    list: (): readonly LastCaller[] => callers,
    add(caller: LastCaller): void {
      const others = callers.filter(({ handle }) => handle !== caller.handle);
      callers = [caller, ...others].slice(0, MOST);
    },
  };
}
