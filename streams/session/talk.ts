import type { Observable, OperatorFunction, Subscriber } from 'rxjs';
import { Stage, staged } from '../rx/stage.js';
import type { TypeAhead } from '../terminal/type-ahead.js';
import { SessionEnd } from '../types/session-end.js';

/** What the conversation's output is written to. */
export interface Speaker<T> {
  write(output: T): void;
}

/**
 * From the caller's lines to what is said to them: the lines go into the type-ahead, from which the
 * conversation reads, and the conversation's output is written. Emits nothing.
 *
 * Completes when the conversation does. When the line ends, the conversation is told twice before that goes
 * on downstream: its lines complete, and it is unsubscribed. Its own error becomes the ending `app-error`.
 */
export function talk<T>(
  lines: Pick<TypeAhead, 'push' | 'end'>,
  conversation$: Observable<T>,
  speaker: Speaker<T>,
): OperatorFunction<string, never> {
  return staged((below) => new Listening(below, lines, conversation$, speaker));
}

/** Takes the caller's lines. */
class Listening<T> extends Stage<string, never> {
  readonly #lines: Pick<TypeAhead, 'push' | 'end'>;
  #conversation$: Observable<T> | undefined;
  readonly #speaking: Speaking<T>;

  constructor(
    below: Subscriber<never>,
    lines: Pick<TypeAhead, 'push' | 'end'>,
    conversation$: Observable<T>,
    speaker: Speaker<T>,
  ) {
    super(below);
    this.#lines = lines;
    this.#conversation$ = conversation$;
    this.#speaking = new Speaking(below, speaker);
  }

  override begin(line$: Observable<string>): void {
    super.begin(line$);
    // The line may have been dead already.
    if (!this.closed) this.#conversation$?.subscribe(this.#speaking);
    // Nobody needs it any more, and a call is long.
    this.#conversation$ = undefined;
  }

  override next(line: string): void {
    if (this.isStopped) return;
    try {
      this.#lines.push(line);
    } catch (error) {
      this.fail(error);
    }
  }
  protected override _error(error: unknown): void {
    // What is no ending isn't settled yet. Below it is, before the lines end: the app, told first, would complete, and be the reason.
    if (error instanceof SessionEnd) this.over();
    super._error(error);
  }
  protected override _complete(): void {
    this.over();
    super._complete();
  }
  override unsubscribe(): void {
    if (this.closed) return;
    this.over();
    super.unsubscribe();
  }

  private over(): void {
    this.#lines.end();
    this.#speaking.unsubscribe();
  }
}

/** Says the answers. */
class Speaking<T> extends Stage<T, never> {
  readonly #speaker: Speaker<T>;

  constructor(below: Subscriber<never>, speaker: Speaker<T>) {
    super(below);
    this.#speaker = speaker;
  }
  override next(output: T): void {
    if (this.isStopped) return;
    try {
      this.#speaker.write(output);
    } catch (error) {
      this.fail(error);
    }
  }
  protected override _error(error: unknown): void {
    super._error(error instanceof SessionEnd ? error : new SessionEnd('app-error', error));
  }
}
