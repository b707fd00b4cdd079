import type { ReadStream, WriteStream } from 'node:tty';
import {
  combineLatest,
  endWith,
  filter,
  finalize,
  firstValueFrom,
  fromEvent,
  ignoreElements,
  map,
  merge,
  type Observable,
  startWith,
  takeWhile,
  tap,
} from 'rxjs';
import { type Remembered, remember } from './history.js';
import type { View } from './protocol.js';
import { type Size, topScreen } from './top.js';

/** Enters the alternate screen and hides the cursor; and the reverse. */
const [ENTER, LEAVE] = ['\x1b[?1049h\x1b[?25l', '\x1b[?25h\x1b[?1049l'];

/** The keys that quit: q, or Ctrl-C, which is an ordinary key in raw mode. */
const LEAVING = /[qQ\x03]/;

/** The terminal of a person. */
export interface Person {
  readonly input: ReadStream;
  readonly output: WriteStream;
  readonly signal$: Observable<NodeJS.Signals>;
}

/**
 * Shows the changing state of a board on a terminal until the person quits, the board closes, or a signal
 * comes. Then restores the screen. Resolves with the exit code: 130 after a signal, otherwise 0. Rejects if
 * `view$` errors.
 */
export async function live(view$: Observable<View>, { input, output, signal$ }: Person): Promise<number> {
  const size$ = fromEvent(output, 'resize').pipe(
    startWith(null),
    // A terminal that was never told its size reports none.
    map(() => ({ columns: output.columns || 80, rows: output.rows || 24 })),
  );
  const closed$ = combineLatest([view$.pipe(remember(), endWith(null)), size$]).pipe(
    takeWhile((seen): seen is [Remembered, Size] => seen[0] !== null),
    tap(([remembered, size]) => output.write(drawn(topScreen(remembered, size)))),
    ignoreElements(),
    endWith({ code: 0, words: 'The board is closed.\n' }),
  );
  const left$ = merge(
    signal$.pipe(map(() => 130)),
    fromEvent(input, 'data').pipe(
      filter((keys) => LEAVING.test(String(keys))),
      map(() => 0),
    ),
  ).pipe(map((code) => ({ code, words: '' })));

  input.setRawMode(true);
  output.write(ENTER);
  const restore = () => {
    output.write(LEAVE);
    input.setRawMode(false);
    input.pause();
  };
  const { code, words } = await firstValueFrom(merge(left$, closed$).pipe(finalize(restore)));
  output.write(words);
  return code;
}

/**
 * Draws rows over the current screen, the first one highlighted. Each row is erased before it is written:
 * after a full row the cursor stands on the last column, and would erase it.
 */
const drawn = ([first = '', ...rest]: readonly string[]): string =>
  `\x1b[H\x1b[2K\x1b[7m${first}\x1b[0m${rest.map((line) => `\r\n\x1b[2K${line}`).join('')}\x1b[J`;
