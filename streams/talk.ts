import { Observable, type OperatorFunction, Subscription } from 'rxjs';
import { SessionEnd } from './session-end.js';
import type { TypeAhead } from './type-ahead.js';

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
  write: (output: T) => void,
): OperatorFunction<string, never> {
  return (line$) =>
    new Observable((subscriber) => {
      const conversation = new Subscription();
      const over = () => {
        lines.end();
        conversation.unsubscribe();
      };
      subscriber.add(over);
      subscriber.add(
        line$.subscribe({
          next: (line) => lines.push(line),
          error(error) {
            over();
            subscriber.error(error);
          },
          complete() {
            over();
            subscriber.complete();
          },
        }),
      );
      // The line may have been dead already.
      if (subscriber.closed) return;
      conversation.add(
        conversation$.subscribe({
          next: write,
          error: (error) =>
            subscriber.error(error instanceof SessionEnd ? error : new SessionEnd('app-error', error)),
          complete: () => subscriber.complete(),
        }),
      );
    });
}
