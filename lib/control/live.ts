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

/** The alternate screen, without a cursor; and back. */
const [ENTER, LEAVE] = ['\x1b[?1049h\x1b[?25l', '\x1b[?25h\x1b[?1049l'];

/** What takes a person out: q, or Ctrl-C, which is a key as any other here. */
const LEAVING = /[qQ\x03]/;

/** A person's terminal. */
export interface Person {
  readonly input: ReadStream;
  readonly output: WriteStream;
  readonly signal$: Observable<NodeJS.Signals>;
}

/**
 * Shows a board to a person as it changes, until they leave, the board closes, or a signal comes; their screen is then as it
 * was. Resolves with the exit code: 130 after a signal, else 0. Rejects as `view$` errors.
 */
export async function live(view$: Observable<View>, { input, output, signal$ }: Person): Promise<number> {
  const size$ = fromEvent(output, 'resize').pipe(
    startWith(null),
    // A terminal that nobody told its size has none.
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

/** Lines over what is on the screen, the first of them standing out. Each is erased before it is written: a full one ends below the last column. */
const drawn = ([first = '', ...rest]: readonly string[]): string =>
  `\x1b[H\x1b[2K\x1b[7m${first}\x1b[0m${rest.map((line) => `\r\n\x1b[2K${line}`).join('')}\x1b[J`;
