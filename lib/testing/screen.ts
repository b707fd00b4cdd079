import { deepStrictEqual } from 'node:assert/strict';
import { ifMissing } from '../process/if-missing.js';

/** The contents of a screen. */
export interface SeenScreen {
  /** The rows, without trailing blanks and without empty rows at the bottom. */
  readonly lines: readonly string[];
  /** The position of the cursor, from 0. */
  readonly cursor: {
    /** From the top of the window. */
    readonly row: number;
    /** From the left edge of the window. */
    readonly column: number;
  };
}

/** The size of the window. */
export interface Window {
  /** Defaults to 80. */
  readonly columns?: number;
  /** Defaults to 24. Rows that scrolled out of the window aren't included. */
  readonly rows?: number;
}

/**
 * Returns the screen of a terminal after this output: wrapped, erased and redrawn. Uses xterm's own emulator,
 * without a window.
 *
 * @throws If `@xterm/headless` isn't installed.
 * @example
 * ```ts
 * import { screenOf } from 'impulse-bbs/testing';
 *
 * const { lines } = await screenOf('helo\b\b\x1b[1mllo\n> ', { columns: 40 });
 * console.log(lines); // [ 'hello', '>' ]
 * ```
 */
export async function screenOf(
  written: string | Uint8Array,
  { columns = 80, rows = 24 }: Window = {},
): Promise<SeenScreen> {
  const { Terminal } = await emulator();
  // An app's newline is \n, on the connection it is CR LF. This treats both alike.
  const terminal = new Terminal({ cols: columns, rows, convertEol: true, allowProposedApi: true });
  await new Promise<void>((resolve) => terminal.write(written, resolve));
  const { active } = terminal.buffer;
  const lines = Array.from(
    { length: rows },
    (_, row) => active.getLine(active.baseY + row)?.translateToString(true) ?? '',
  );
  const cursor = { row: active.cursorY, column: active.cursorX };
  terminal.dispose();
  return {
    lines: lines
      .slice(0, lines.findLastIndex((line) => line.trimEnd() !== '') + 1)
      .map((line) => line.trimEnd()),
    cursor,
  };
}

/**
 * Asserts the contents of the screen.
 *
 * @throws An `AssertionError` that shows both screens, if they differ.
 * @example
 * ```ts
 * import { expectScreen, fakeSession, inVirtualTime } from 'impulse-bbs/testing';
 *
 * const output = inVirtualTime((m) => {
 *   const session = fakeSession(m);
 *   session.write('> ');
 *   session.notify('bob: hello');
 *   return session.output;
 * });
 * await expectScreen(output, ['bob: hello', '>']);
 * ```
 */
export async function expectScreen(
  written: string | Uint8Array,
  lines: readonly string[],
  window: Window = {},
): Promise<void> {
  deepStrictEqual((await screenOf(written, window)).lines, lines);
}

type Emulator = typeof import('@xterm/headless');

async function emulator(): Promise<Emulator> {
  // A CommonJS module, whose exports depend on the loader.
  const module: Emulator & { default?: Emulator } = await import('@xterm/headless').catch(
    ifMissing('@xterm/headless', 'screenOf'),
  );
  return module.default ?? module;
}
