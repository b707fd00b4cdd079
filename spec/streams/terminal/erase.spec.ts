import { deepStrictEqual } from 'node:assert/strict';
import * as fc from 'fast-check';
import { EMPTY, Subject, VirtualTimeScheduler } from 'rxjs';
import { fakeConnection } from '../../../lib/testing/fake-connection.js';
import { type SeenScreen, screenOf } from '../../../lib/testing/screen.js';
import { width } from '../../../lib/text/width.js';
import { decoded, encoded } from '../../../lib/transports/telnet/encodings.js';
import { timeSlices } from '../../../streams/rx/time-slices.js';
import { Call } from '../../../streams/session/call.js';
import { erased } from '../../../streams/terminal/erase.js';
import { lineDiscipline } from '../../../streams/terminal/line-discipline.js';
import type { Terminal } from '../../../streams/types/connection.js';
import { fakeAdmitted } from '../../support/admitted.js';

const terminal = (parts: Partial<Terminal> = {}): Terminal => ({
  columns: 40,
  rows: 24,
  echo: true,
  type: 'xterm',
  encoding: 'utf-8',
  colours: true,
  cursor: true,
  screenReader: false,
  links: false,
  pcKeys: false,
  ...parts,
});
/** A terminal that knows only text, spaces and backspaces. */
const PLAIN = { colours: false, cursor: false } as const;
const erase = (before: string, after = '', parts: Partial<Terminal> = {}) =>
  erased('> ', { before, after }, terminal(parts), width);

describe('erased', () => {
  it('is empty without a prompt or a line', () => {
    expect(erased('', { before: '', after: '' }, terminal(), width)).toBe('');
  });

  it('goes up to the row where the prompt starts, and erases from there', () => {
    expect(erase('hello')).toBe('\r\x1b[J');
    expect(erase('x'.repeat(38))).toBe('\r\x1b[J');
    expect(erase('x'.repeat(39))).toBe('\x1b[1A\r\x1b[J');
    expect(erase('x'.repeat(79))).toBe('\x1b[2A\r\x1b[J');
    const columns = 5;
    expect(erase('\u00e9'.repeat(8), '', { columns })).toBe('\x1b[1A\r\x1b[J');
    expect(erase('\u00e9'.repeat(9), '', { columns })).toBe('\x1b[2A\r\x1b[J');
    // A wide letter doesn't fit into the last column.
    expect(erase(`${'x'.repeat(38)}\u6f22`, '', { columns: 41 })).toBe('\x1b[1A\r\x1b[J');
  });

  it('starts a new line at the right edge of an IBM PC terminal, which may have wrapped already', () => {
    const pcKeys = true;
    expect(erase('x'.repeat(38), '', { pcKeys })).toBe('\n');
    expect(erase('x'.repeat(78), '', { pcKeys })).toBe('\n');
    expect(erase('\u00e9'.repeat(8), '', { pcKeys, columns: 5 })).toBe('\n');
    expect(erase('x'.repeat(37), '', { pcKeys })).toBe('\r\x1b[J');
    expect(erase('x'.repeat(39), '', { pcKeys })).toBe('\x1b[1A\r\x1b[J');
  });

  it('counts the rows of prompt and line together, without colours', () => {
    const rows = (prompt: string, before: string) =>
      erased(prompt, { before, after: '' }, terminal({ columns: 10 }), width).match(/\x1b\[(\d)A/)?.[1];
    expect(rows('\u6f22\u6f22\u6f22\u6f22>', '\u6f22')).toBe('1');
    expect(rows('\x1b[1;36mlobby\x1b[0m> ', 'abc')).toBeUndefined();
    expect(rows('\x1b]8;;https://a.example\x1b\\lobby\x1b]8;;\x1b\\> ', 'abc')).toBeUndefined();
    expect(rows('\x1b[1;36mlobby\x1b[0m> ', 'abcd')).toBe('1');
  });

  it('starts a new line if the window has changed, as the line may have wrapped anew', () => {
    const typed = (before: string, columns: number, drawnAt: number) =>
      erased('> ', { before, after: '' }, terminal({ columns }), width, drawnAt);
    expect(typed('x'.repeat(38), 40, 80)).toBe('\n');
    expect(typed('x'.repeat(38), 80, 40)).toBe('\n');
    expect(typed('x'.repeat(37), 80, 40)).toBe('\r\x1b[J');
    expect(typed('x'.repeat(38), 40, 40)).toBe('\r\x1b[J');
  });

  it('erases the text after the cursor too', () => {
    expect(erase('he', 'llo')).toBe('\r\x1b[J');
  });

  it("overwrites with spaces if the terminal can't erase", () => {
    expect(erase('ab', 'c', PLAIN)).toBe(`${'\b'.repeat(4)}${' '.repeat(5)}${'\b'.repeat(5)}`);
  });

  it("starts a new line if that takes more than a row, or if it isn't known what is shown", () => {
    expect(erase('x'.repeat(38), '', PLAIN)).toBe('\n');
    expect(erase('', '', { echo: false })).toBe('\n');
  });

  it('starts a new line for a client with colours only, and for a screen reader', () => {
    expect(erase('ab', 'c', { cursor: false })).toBe('\n');
    expect(erase('ab', 'c', { ...PLAIN, screenReader: true })).toBe('\n');
    expect(erase('ab', 'c', { screenReader: true })).toBe('\n');
  });
});

/** The screen after this was typed, the cursor moved back, and a notice shown. */
async function seen(
  prompt: string,
  typed: string,
  back: number,
  parts: Partial<Terminal>,
): Promise<SeenScreen> {
  const connection = fakeConnection(EMPTY, { terminal: terminal(parts) });
  const screenParts = { decoded, encoded, width, maxWidth: width };
  const call = new Call(fakeAdmitted(connection), 100_000, new VirtualTimeScheduler(), screenParts, {
    boardId: 'b0a2d',
    time: timeSlices(new VirtualTimeScheduler()),
    settled() {},
    loginFailed() {},
  });
  const typed$ = new Subject<Uint8Array>();
  typed$.pipe(lineDiscipline(call.screen, call.typeAhead)).subscribe();
  call.write(`earlier\n${prompt}`);
  typed$.next(Buffer.from(typed));
  if (back > 0) typed$.next(Buffer.from('\x1b[D'.repeat(back)));
  call.notify('bob: hello');
  return screenOf(connection.screen, { columns: connection.terminal.columns });
}

/** The same, with the notice before the caller started to type. */
const expected = (prompt: string, before: string, after: string, columns: number) =>
  screenOf(`earlier\nbob: hello\n${prompt}${before}${after}${'\b'.repeat(width(after))}`, { columns });

const letters = (maxLength: number) =>
  fc.array(fc.constantFrom('a', 'b', ' ', '\u6f22', '\u00e9', 'e\u0301'), { maxLength });
const prompts = fc.string({ unit: fc.constantFrom('x', '>', '\u5b57'), maxLength: 8 });

const always = (property: fc.IAsyncProperty<unknown>) =>
  expectAsync(fc.assert(property, { numRuns: 150 })).toBeResolved();

describe('a notice while somebody types', () => {
  it('appears above the line, however long the line is', () =>
    always(
      fc.asyncProperty(
        prompts,
        letters(100),
        fc.integer({ min: 20, max: 140 }),
        async (prompt, typed, columns) => {
          const line = typed.join('');
          const screen = await seen(prompt, line, 0, { columns });
          fc.pre(Buffer.byteLength(line) < 1024);
          deepStrictEqual(screen, await expected(prompt, line, '', columns));
        },
      ),
    ));

  for (const [kind, parts] of [
    ['with control sequences', {}],
    ['without', PLAIN],
  ] as const)
    it(`leaves the cursor where it was, on a terminal ${kind}`, () =>
      always(
        fc.asyncProperty(letters(15), letters(15), async (before, after) => {
          const line = [...before, ...after].join('');
          // A letter of its own in one text may be part of another letter in the other.
          const columns = 80;
          const screen = await seen('> ', line, after.length, { columns, ...parts });
          deepStrictEqual(screen, await expected('> ', before.join(''), after.join(''), columns));
        }),
      ));

  it('starts on a line of its own if the client echoes locally', async () => {
    const { lines: shown } = await seen('> ', '', 0, { echo: false });
    expect(shown).toEqual(['earlier', '>', 'bob: hello', '>']);
  });
});
