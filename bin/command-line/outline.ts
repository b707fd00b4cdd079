/** The commands and flags of the help, from which completions and the manual page are generated. */
export interface Outline {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  /** Flags before any command. */
  readonly flags: readonly FlagOutline[];
  readonly commands: readonly CommandOutline[];
}

export interface CommandOutline {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly FlagOutline[];
  readonly words: readonly WordOutline[];
  readonly examples: readonly Example[];
}

/** `-h, --help`, or `--port <number>`. */
export interface FlagOutline {
  /** All its names: `-h` and `--help`. */
  readonly names: readonly string[];
  readonly description: string;
  /** The value, if it takes one. */
  readonly value?: ValueOutline;
}

/** An argument of a command: `<handle>`, or `[folder]`. */
export interface WordOutline {
  /** Including its brackets. */
  readonly term: string;
  readonly description: string;
  readonly value: ValueOutline;
}

export interface ValueOutline {
  /** The kind of value: `number`, `file`, `folder`. */
  readonly takes: string;
  /** All allowed values, if they can be listed. */
  readonly choices: readonly string[];
}

/** A command line, and what it does. */
export interface Example {
  readonly line: string;
  readonly does: string;
}
