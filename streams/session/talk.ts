import type { Observable, OperatorFunction, Subscriber } from 'rxjs';
import { Stage, staged } from '../rx/operator.js';
import type { TypeAhead } from '../terminal/type-ahead.js';
import { SessionEnd } from '../types/session-end.js';

/** The destination of the conversation's output. */
export interface Speaker<T> {
  write(output: T): void;
}

/**
 * Runs a conversation on the caller's lines: pushes the lines into the type-ahead, which the conversation
 * reads, and writes the conversation's output. Emits nothing.
 *
 * Completes when the conversation does. When the source ends, the conversation's lines complete, then it is
 * unsubscribed, and only then the end goes downstream. An error of the conversation becomes `app-error`.
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
    // The connection may have been dead already.
    if (!this.closed) this.#conversation$?.subscribe(this.#speaking);
    // Free the memory for the rest of the session.
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
    // Other errors aren't settled yet: downstream settles them first. If the lines ended before, the app
    // would complete and become the reason.
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

/** Writes the conversation's output. */
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
