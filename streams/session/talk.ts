import type { Observable, OperatorFunction } from 'rxjs';
import { type Destination, OperatorSubscriber, operator } from '../rx/operator.js';
import type { TypeAhead } from '../terminal/type-ahead.js';
import { endOf, SessionEnd } from '../types/session-end.js';

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
  typeAhead: Pick<TypeAhead, 'push' | 'end'>,
  conversation$: Observable<T>,
  speaker: Speaker<T>,
): OperatorFunction<string, never> {
  return operator((destination) => new TalkSubscriber(destination, typeAhead, conversation$, speaker));
}

/** Takes the caller's lines. */
class TalkSubscriber<T> extends OperatorSubscriber<string, never> {
  readonly #typeAhead: Pick<TypeAhead, 'push' | 'end'>;
  #conversation$: Observable<T> | undefined;
  readonly #speaking: Speaking<T>;

  constructor(
    destination: Destination<never>,
    typeAhead: Pick<TypeAhead, 'push' | 'end'>,
    conversation$: Observable<T>,
    speaker: Speaker<T>,
  ) {
    super(destination);
    this.#typeAhead = typeAhead;
    this.#conversation$ = conversation$;
    this.#speaking = new Speaking(destination, speaker);
  }

  override begin(line$: Observable<string>): void {
    super.begin(line$);
    // The connection may have been dead already.
    if (!this.closed) this.#conversation$?.subscribe(this.#speaking);
    // Free the memory for the rest of the session.
    this.#conversation$ = undefined;
  }

  protected override onNext(line: string): void {
    this.#typeAhead.push(line);
  }
  protected override onError(error: unknown): void {
    // Other errors aren't settled yet: downstream settles them first. If the lines ended before, the app
    // would complete and become the reason.
    if (error instanceof SessionEnd) this.over();
    super.onError(error);
  }
  protected override onComplete(): void {
    this.over();
    super.onComplete();
  }
  override unsubscribe(): void {
    if (this.closed) return;
    this.over();
    super.unsubscribe();
  }

  private over(): void {
    this.#typeAhead.end();
    this.#speaking.unsubscribe();
  }
}

/** Writes the conversation's output. */
class Speaking<T> extends OperatorSubscriber<T, never> {
  readonly #speaker: Speaker<T>;

  constructor(destination: Destination<never>, speaker: Speaker<T>) {
    super(destination);
    this.#speaker = speaker;
  }
  protected override onNext(output: T): void {
    this.#speaker.write(output);
  }
  protected override onError(error: unknown): void {
    super.onError(endOf(error, 'app-error'));
  }
}
