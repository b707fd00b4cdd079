/** A command line as its help lists it: what the completions and the manual page are made of. */
export interface Outline {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  /** Flags that stand before any command. */
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
  /** What it may be called: `-h` and `--help`. */
  readonly names: readonly string[];
  readonly description: string;
  /** The value that follows it, if one does. */
  readonly value?: ValueOutline;
}

/** A word of a command that isn't a flag: `<handle>`, or `[folder]`. */
export interface WordOutline {
  /** With its brackets. */
  readonly term: string;
  readonly description: string;
  readonly value: ValueOutline;
}

export interface ValueOutline {
  /** What sort it is of: `number`, `file`, `folder`. */
  readonly takes: string;
  /** Every value there is, where they can be counted. */
  readonly choices: readonly string[];
}

/** A line that can be typed, and what it does. */
export interface Example {
  readonly line: string;
  readonly does: string;
}
