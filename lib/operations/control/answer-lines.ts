import type { Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { Observable } from 'rxjs';

/** The longest line, in characters. An answer about ten thousand callers is some 3 MiB. */
const MAX_ANSWER_LENGTH = 16 * 1024 ** 2;

/**
 * Emits the lines that come from a socket, without their newlines. The last line may lack its newline.
 * Completes when the other side has ended. Errors with a RangeError at a line that is longer than {@link
 * MAX_ANSWER_LENGTH}, and buffers no more than that.
 *
 * @param max The longest line, in characters.
 */
export function answerLines(socket: Socket, max = MAX_ANSWER_LENGTH): Observable<string> {
  return new Observable((subscriber) => {
    const decoder = new StringDecoder('utf8');
    let held = '';
    const hear = (bytes: Buffer) => {
      const parts = decoder.write(bytes).split('\n');
      const last = parts.pop() ?? '';
      for (const part of parts) {
        subscriber.next(held + part);
        held = '';
      }
      held += last;
      if (held.length > max) subscriber.error(new RangeError(`a line has more than ${max} characters`));
    };
    const end = () => {
      if (held !== '') subscriber.next(held);
      held = '';
      subscriber.complete();
    };
    socket.on('data', hear);
    socket.on('end', end);
    socket.on('close', end);
    return () => socket.off('data', hear).off('end', end).off('close', end);
  });
}
