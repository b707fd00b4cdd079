import type { Connection, Encoding, Output, Terminal } from '../types/connection.js';
import type { Completer } from '../types/session.js';
import { copied } from './copied.js';
import { erased } from './erase.js';
import { NOTHING_TYPED, redrawn, type Typed } from './line-editor.js';
import type { LineTerminal, Typing } from './lines.js';

/** A prompt that is longer isn't one. */
const PROMPT_LIMIT = 256;
/** How much of what the app says is kept until the end of a chunk. */
const SAID_LIMIT = 4096;

/** Clears the screen, the cursor at its top (ECMA-48). */
const CLEAR = '\x1b[2J\x1b[H';

/** What a screen needs from the world. */
export interface ScreenParts {
  /** The text of bytes that end with a whole character. */
  readonly decoded: (bytes: Uint8Array, encoding: Encoding) => string;
  /** Makes a decoder, that keeps the rest of a character that was cut. */
  readonly decoder: (encoding: Encoding) => (bytes: Uint8Array) => string;
  /** How many columns a text takes on the screen. */
  readonly width: (text: string) => number;
  /** How many columns a text takes at most, whatever the terminal: what others named is laid out by this. */
  readonly maxWidth: (text: string) => number;
}

/** What a screen writes to. */
export interface ScreenLine {
  /** Sends what is to be shown. */
  send(text: string): void;
  /** Sends what the caller typed back to them. */
  echo(text: string): void;
  /** Hangs up, as the caller wishes. */
  hangUp(): void;
  /** Whether somebody reads what is typed now. */
  readonly isRead: boolean;
}

/** What surrounds lines that are written above a prompt and a half-typed line, and what that depends on. */
interface Surroundings {
  readonly said: string;
  readonly shown: Typed;
  readonly now: Typed;
  readonly terminal: Terminal;
  readonly drawnAt: number;
  readonly above: string;
  readonly below: string;
}

/** Completers, each with the one that it took the place of. A list of links: one is the shortest that there nearly always is. */
interface Completing {
  readonly completer: Completer;
  below: Completing | undefined;
}

/** A caller's terminal, as the line discipline sees it. A class, since every caller has one. */
export class Screen implements LineTerminal {
  readonly #connection: Connection;
  readonly #parts: ScreenParts;
  readonly #line: ScreenLine;
  typing: Typing | undefined = undefined;
  /** The latest on top. */
  #completing: Completing | undefined;
  #encoding: Encoding | undefined;
  /** Made when a character may be cut for the first time: nearly everybody's come whole. */
  #decode: ((bytes: Uint8Array) => string) | undefined;
  /** The end of what the app said; outside of a chunk, only the prompt. */
  #said = '';
  #reading = false;
  #secrets = 0;
  /** Whether what nobody reads yet may be a secret: before the login, and from a secret to the next line that is asked for. */
  #covered = false;
  /** How wide the window was when something was last written. */
  #drawnAt = 0;
  /** There while the caller has a half-typed line: others talk more often than it changes. */
  #surroundings: Surroundings | undefined;

  constructor(connection: Connection, parts: ScreenParts, line: ScreenLine) {
    this.#connection = connection;
    this.#parts = parts;
    this.#line = line;
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

  /** Asks this one from now on. What is returned takes it away, in whatever order that is done. */
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

  /** Notes what the app wrote: what stands behind its last newline is the prompt. */
  wrote(output: Output): void {
    this.#drawnAt = this.columns;
    // Bytes are a picture, and no prompt.
    if (typeof output !== 'string') this.#said = '';
    // Looking into it at once would cost more than all the rest of a line.
    else
      this.#said = (this.#said.length < SAID_LIMIT ? this.#said : this.#said.slice(-PROMPT_LIMIT)) + output;
    if (this.#reading) return;
    this.settle();
    this.typing?.disturbed();
  }

  /** Whether this is the prompt that stands on the last row, and nobody answered it. */
  stands(prompt: string): boolean {
    this.settle();
    return prompt !== '' && this.#said === prompt;
  }

  /** Shows what was typed. */
  show(text: string): void {
    this.#drawnAt = this.columns;
    this.#line.echo(text);
  }

  /** Writes lines above the prompt and what is typed behind it. */
  notify(lines: string): void {
    this.settle();
    const shown = this.typing?.shown ?? NOTHING_TYPED;
    const now = this.typing?.refresh() ?? NOTHING_TYPED;
    const { above, below } = this.surroundings(shown, now);
    const text = `${above}${lines}${lines.endsWith('\n') ? '' : '\n'}${this.#said}${below}`;
    this.#drawnAt = this.columns;
    // The prompt is marked again, where it is what stands last. A half-typed line is only here while we echo, and a client
    // that shows our echo, which is never marked, doesn't wait for the mark.
    if (below === '') this.#line.send(text);
    else this.#line.echo(text);
  }

  /** Hides what is typed, or shows it again; as often hidden, as often to be shown. */
  hide(on: boolean): void {
    this.#secrets += on ? 1 : -1;
    if (on) this.cover();
    if (on && this.#secrets === 1) this.#connection.hideTyping();
    if (this.#secrets > 0) return;
    this.#connection.showTyping();
    // What was typed of a secret that nobody waits for must not turn up in the next line.
    this.typing?.discard();
  }

  /** What is typed ahead may be a secret from here on. */
  cover(): void {
    this.#covered = true;
  }

  /** What is typed ahead is no secret from here on. */
  uncover(): void {
    if (this.#secrets === 0) this.#covered = false;
  }

  decode(bytes: Uint8Array): string {
    const { encoding } = this.#connection.terminal;
    if (encoding !== this.#encoding) {
      this.#encoding = encoding;
      this.#decode = undefined;
    }
    const endsWhole = (bytes[bytes.length - 1] ?? 0) < 0x80;
    if (!this.#decode && endsWhole) return this.#parts.decoded(bytes, encoding);
    this.#decode ??= this.#parts.decoder(encoding);
    return this.#decode(bytes);
  }
  echoes(): boolean {
    return this.#connection.terminal.echo;
  }
  secret(): boolean {
    return this.#secrets > 0 || (this.#covered && !this.#line.isRead);
  }
  hasPcKeys(): boolean {
    return this.#connection.terminal.pcKeys;
  }
  freshPrompt(on: 'line' | 'page'): string {
    this.settle();
    return `${on === 'page' && this.#connection.terminal.cursor ? CLEAR : '\n'}${this.#said}`;
  }
  hangUp(): void {
    this.#line.hangUp();
  }
  entered(): void {
    this.#said = '';
  }
  reading(on: boolean): void {
    this.#reading = on;
    if (!on) this.settle();
  }

  /** What takes the prompt and the line off the screen, and what shows the line again. */
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
    // Nearly always, when others talk.
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
    // Nearly always: nothing was said, or whole lines.
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
