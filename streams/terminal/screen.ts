import type { Connection, Encoding, Output, Terminal } from '../types/connection.js';
import type { Completer } from '../types/session.js';
import { copied } from './copied.js';
import { erased } from './erase.js';
import type { LineTerminal, Typing } from './line-discipline.js';
import { NOTHING_TYPED, redrawn, type Typed } from './line-editor.js';
import { wholeCharacters } from './whole-characters.js';

/** The maximum length of a prompt. */
const PROMPT_LIMIT = 256;
/** How much of the app's output is kept until the end of a chunk. */
const SAID_LIMIT = 4096;

/** Clears the screen and moves the cursor to the top (ECMA-48). */
const CLEAR = '\x1b[2J\x1b[H';

/** What a screen depends on. */
export interface ScreenParts {
  /** Decodes bytes that end with a whole character. */
  readonly decoded: (bytes: Uint8Array, encoding: Encoding) => string;
  /** Encodes a text as `decoded` decodes it. */
  readonly encoded: (text: string, encoding: Encoding) => Uint8Array;
  /** Returns the columns a text takes on the screen. */
  readonly width: (text: string) => number;
  /** Returns the columns a text takes at most, on any terminal; for names that other callers chose. */
  readonly maxWidth: (text: string) => number;
}

/** What a screen needs of its session. */
export interface ScreenDelegate {
  /** Sends output. */
  send(text: string): void;
  /** Echoes what the caller typed. */
  echo(text: string): void;
  /** Sends what is sent during `act` together. */
  batch(act: () => void): void;
  /** Hangs up at the caller's request. */
  hangUp(): void;
  /** Whether input is read at the moment. */
  readonly isRead: boolean;
}

/** The output before and after a notice, cached with what it depends on. */
interface Surroundings {
  readonly said: string;
  readonly shown: Typed;
  readonly now: Typed;
  readonly terminal: Terminal;
  readonly drawnAt: number;
  readonly above: string;
  readonly below: string;
}

/** A linked list of completers: usually there is only one. */
interface Completing {
  readonly completer: Completer;
  below: Completing | undefined;
}

/** The screen of a session, for the line discipline. A class, since there is one per caller. */
export class Screen implements LineTerminal {
  readonly #connection: Connection;
  readonly #parts: ScreenParts;
  readonly #delegate: ScreenDelegate;
  typing: Typing | undefined = undefined;
  /** The latest completer. */
  #completing: Completing | undefined;
  /** The end of the app's output; between chunks, only the prompt. */
  #said = '';
  #reading = false;
  #secrets = 0;
  /** Whether unread input may be a secret: before the login, and between a secret and the next question. */
  #covered = false;
  /** The window's width at the last output. */
  #drawnAt = 0;
  /** Set while the caller has a half-typed line: notices are more frequent than changes of it. */
  #surroundings: Surroundings | undefined;

  constructor(connection: Connection, parts: ScreenParts, delegate: ScreenDelegate) {
    this.#connection = connection;
    this.#parts = parts;
    this.#delegate = delegate;
  }

  get width(): (text: string) => number {
    return this.#parts.width;
  }
  get maxWidth(): (text: string) => number {
    return this.#parts.maxWidth;
  }
  get candidates(): Completer | undefined {
    return this.#completing?.completer;
  }

  /** Adds a completer, and asks it from now on. Returns a function that removes it. */
  completeBy(completer: Completer): () => void {
    const own: Completing = { completer, below: this.#completing };
    this.#completing = own;
    return () => {
      if (this.#completing === own) this.#completing = own.below;
      for (let above = this.#completing; above; above = above.below)
        if (above.below === own) above.below = own.below;
    };
  }

  get columns(): number {
    return this.#connection.terminal.columns;
  }
  get packet(): number {
    return this.#connection.bytesIn;
  }

  /** Records the app's output: the text after its last newline is the prompt. */
  wrote(output: Output): void {
    this.#drawnAt = this.columns;
    // Bytes are treated as a picture, not as a prompt.
    if (typeof output !== 'string') this.#said = '';
    // Searching for the newline here would cost more than the rest of the write.
    else
      this.#said = (this.#said.length < SAID_LIMIT ? this.#said : this.#said.slice(-PROMPT_LIMIT)) + output;
    if (this.#reading) return;
    this.settle();
    this.typing?.disturbed();
  }

  /** Whether this prompt is on the last row and not yet answered. */
  stands(prompt: string): boolean {
    this.settle();
    return prompt !== '' && this.#said === prompt;
  }

  /** Echoes what was typed. */
  show(text: string): void {
    this.#drawnAt = this.columns;
    this.#delegate.echo(text);
  }

  /** Writes lines above the prompt and the line being typed. */
  notify(lines: string): void {
    this.settle();
    const shown = this.typing?.shown ?? NOTHING_TYPED;
    const now = this.typing?.refresh() ?? NOTHING_TYPED;
    const { above, below } = this.surroundings(shown, now);
    const text = `${above}${lines}${lines.endsWith('\n') ? '' : '\n'}${this.#said}`;
    this.#drawnAt = this.columns;
    // The prompt is marked again, as one. The half-typed line after it isn't part of it.
    if (below === '') this.#delegate.send(text);
    else
      this.#delegate.batch(() => {
        this.#delegate.send(text);
        this.#delegate.echo(below);
      });
  }

  /** Hides what is typed. Calls are counted: each needs its {@link Screen.showInput}. */
  hideInput(): void {
    this.#secrets += 1;
    this.cover();
    if (this.#secrets === 1) this.#connection.hideTyping();
  }

  /** Takes back one {@link Screen.hideInput}. Shows what is typed when none is left. */
  showInput(): void {
    this.#secrets -= 1;
    if (this.#secrets > 0) return;
    this.#connection.showTyping();
    // A partly typed secret that is no longer awaited must not become part of the next line.
    this.typing?.discard();
  }

  /** From here on, type-ahead may be a secret. */
  cover(): void {
    this.#covered = true;
  }

  /** From here on, type-ahead is not a secret. */
  uncover(): void {
    if (this.#secrets === 0) this.#covered = false;
  }

  wholeCharacters(bytes: Uint8Array): number {
    return this.#connection.terminal.encoding === 'utf-8' ? wholeCharacters(bytes) : bytes.length;
  }
  decode(bytes: Uint8Array): string {
    return this.#parts.decoded(bytes, this.#connection.terminal.encoding);
  }
  encode(text: string): Uint8Array {
    return this.#parts.encoded(text, this.#connection.terminal.encoding);
  }
  echoes(): boolean {
    return this.#connection.terminal.echo;
  }
  secret(): boolean {
    return this.#secrets > 0 || (this.#covered && !this.#delegate.isRead);
  }
  hasPcKeys(): boolean {
    return this.#connection.terminal.pcKeys;
  }
  drawPrompt(on: 'line' | 'page'): void {
    this.settle();
    this.#drawnAt = this.columns;
    this.#delegate.echo(on === 'page' && this.#connection.terminal.cursor ? CLEAR : '\n');
    if (this.#said !== '') this.#delegate.send(this.#said);
  }
  hangUp(): void {
    this.#delegate.hangUp();
  }
  entered(): void {
    this.#said = '';
  }
  beginRead(): void {
    this.#reading = true;
  }
  endRead(): void {
    this.#reading = false;
    this.settle();
  }

  /** Returns the output that erases the prompt and the line, and the output that redraws the line. */
  private surroundings(shown: Typed, now: Typed): Pick<Surroundings, 'above' | 'below'> {
    const said = this.#said;
    const drawnAt = this.#drawnAt;
    const { terminal } = this.#connection;
    const { width } = this.#parts;
    const known = this.#surroundings;
    if (
      known?.shown === shown &&
      known.now === now &&
      known.said === said &&
      known.terminal === terminal &&
      known.drawnAt === drawnAt
    )
      return known;
    const above = erased(said, shown, terminal, width, drawnAt);
    // Fast path: no half-typed line.
    if (shown === NOTHING_TYPED && now === NOTHING_TYPED) {
      this.#surroundings = undefined;
      return { above, below: '' };
    }
    const below = redrawn(NOTHING_TYPED, now, width);
    this.#surroundings = { said, shown, now, terminal, drawnAt, above, below };
    return this.#surroundings;
  }

  private settle(): void {
    const { length } = this.#said;
    // Fast path: no output, or whole lines only.
    if (length === 0) return;
    if (this.#said.endsWith('\n')) {
      this.#said = '';
      return;
    }
    const newline = this.#said.lastIndexOf('\n');
    if (newline !== -1 || length > PROMPT_LIMIT)
      this.#said = copied(this.#said.slice(Math.max(newline + 1, length - PROMPT_LIMIT)));
  }
}
