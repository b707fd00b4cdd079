import type { Command } from 'commander';
import type { Observable } from 'rxjs';

/** The context of a command. */
export interface Invocation {
  /** The signals that end the process, from its start; SIGHUP is one of them. */
  readonly signal$: Observable<NodeJS.Signals>;
  /** The signals that change nothing. */
  readonly ignoredSignal$: Observable<NodeJS.Signals>;
  /** How to type the program, for messages: `impulse`, or `npx impulse`. */
  readonly typedAs: string;
  /** Sets the exit code; the default is 0. */
  exitWith(code: number): void;
}

/** Adds a command to the program. */
export type AddCommand = (program: Command, invocation: Invocation) => void;
