import { deepStrictEqual } from 'node:assert/strict';

/** What a person sees. */
export interface SeenScreen {
  /** The lines, without blanks at their ends and without empty lines below. */
  readonly lines: readonly string[];
  /** Where the cursor is, from 0. */
  readonly cursor: {
    /** From the top of the window. */
    readonly row: number;
    /** From its left edge. */
    readonly column: number;
  };
}

/** The window that is written to. */
export interface Window {
  /** 80, if left out. */
  readonly columns?: number;
  /** 24, if left out; what scrolled out above isn't seen. */
  readonly rows?: number;
}

/**
 * What a person sees on a terminal to which this was written: wrapped, erased, redrawn. It is drawn by xterm's own
 * emulator, without a window.
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
  // An app's newline is \n, the wire's CR LF; the same to both.
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
 * Asserts what a person sees.
 *
 * @throws An `AssertionError` that shows both screens, if it is something else.
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
  try {
    // A CommonJS module: how it comes through depends on who loads it.
    const module = (await import('@xterm/headless')) as Emulator & { default?: Emulator };
    return module.default ?? module;
  } catch (error) {
    throw new Error('the screen needs a terminal emulator: npm install --save-dev @xterm/headless', {
      cause: error,
    });
  }
}
