import { Observable, type OperatorFunction, type Subscriber } from 'rxjs';
import { SessionEnd } from './session-end.js';
import { feed, Stage } from './stage.js';
import type { TypeAhead } from './type-ahead.js';

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
  return (line$) =>
    new Observable((below) => {
      const listening = new Listening(below, lines);
      feed(below, listening);
      if (!listening.closed) line$.subscribe(listening);
      // The line may have been dead already.
      if (!listening.closed) conversation$.subscribe(listening.answer(speaker));
    });
}

/** Takes the caller's lines. */
class Listening extends Stage<string, never> {
  readonly #lines: Pick<TypeAhead, 'push' | 'end'>;
  #speaking: Subscriber<never> | undefined;

  constructor(below: Subscriber<never>, lines: Pick<TypeAhead, 'push' | 'end'>) {
    super(below);
    this.#lines = lines;
  }

  /** What takes the answers, for as long as there are lines. */
  answer<T>(speaker: Speaker<T>): Subscriber<T> {
    const speaking = new Speaking(this.below, speaker);
    this.#speaking = speaking;
    return speaking;
  }

  override next(line: string): void {
    if (!this.isStopped) this.#lines.push(line);
  }
  protected override _error(error: unknown): void {
    this.#over();
    super._error(error);
  }
  protected override _complete(): void {
    this.#over();
    super._complete();
  }
  override unsubscribe(): void {
    if (this.closed) return;
    this.#over();
    super.unsubscribe();
  }

  #over(): void {
    this.#lines.end();
    this.#speaking?.unsubscribe();
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
    if (!this.isStopped) this.#speaker.write(output);
  }
  protected override _error(error: unknown): void {
    super._error(error instanceof SessionEnd ? error : new SessionEnd('app-error', error));
  }
}
