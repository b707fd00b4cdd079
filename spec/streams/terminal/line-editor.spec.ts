import fc from 'fast-check';
import stringWidth from 'string-width';
import {
  LINE_LIMIT,
  LineEditor,
  NOTHING_TYPED,
  redrawn,
  type Typed,
} from '../../../streams/terminal/line-editor.js';
import { holds } from '../../support/holds.js';
import { seen } from '../../support/model-screen.js';

/** The line after these inputs: keys in brackets, anything else typed; `|` is the cursor. */
function edited(...acts: string[]): string {
  const editor = new LineEditor();
  play(editor, acts);
  return `${editor.before}|${editor.after}`;
}

function play(editor: LineEditor, acts: string[]): void {
  for (const act of acts) {
    const [, key] = /^<(.+)>$/.exec(act) ?? [];
    if (key === 'enter') editor.remember(editor.take());
    else if (key) editor.press(key);
    else editor.type(act);
  }
}

const FAMILY = '\u{1f469}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466}';

describe('LineEditor', () => {
  it('replaces the text before the cursor with a completion, if it fits', () => {
    const editor = new LineEditor();
    play(editor, ['loup', '<left>', '<left>']);
    editor.complete('look ');
    expect([editor.before, editor.after, editor.bell]).toEqual(['look ', 'up', false]);
    editor.complete('\u00e9'.repeat(LINE_LIMIT / 2));
    expect([editor.before, editor.after, editor.bell]).toEqual(['look ', 'up', true]);
  });

  it('inserts at the cursor', () => {
    expect(edited('held', '<left>', '<left>', 'l', '<right>', '!')).toBe('hell!|d');
  });

  for (const letter of ['a', 'é', 'e\u0301', '漢', '👍🏽', FAMILY]) {
    it(`treats ${letter} as one letter, for each key`, () => {
      expect(edited(`x${letter}`, '<backspace>')).toBe('x|');
      expect(edited(`x${letter}`, '<left>', '<delete>')).toBe('x|');
      expect(edited(`x${letter}y`, '<left>', '<left>')).toBe(`x|${letter}y`);
      expect(edited(`${letter}y`, '<home>', '<right>')).toBe(`${letter}|y`);
    });
  }

  it('moves to the start and the end, and no further', () => {
    expect(edited('abc', '<home>', '<left>')).toBe('|abc');
    expect(edited('abc', '<ctrl-a>', '<end>', '<right>')).toBe('abc|');
    expect(edited('abc', '<home>', '<ctrl-f>', '<ctrl-b>', '<ctrl-e>')).toBe('abc|');
  });

  it('deletes a word, and the text before or after the cursor', () => {
    expect(edited('say hello  ', '<ctrl-w>')).toBe('say |');
    expect(edited('say hello', '<alt-backspace>')).toBe('say |');
    expect(edited('abc', '<left>', '<ctrl-u>')).toBe('|c');
    expect(edited('abc', '<left>', '<ctrl-k>')).toBe('ab|');
    expect(edited('abc', '<home>', '<ctrl-d>')).toBe('|bc');
  });

  it('ignores keys that have nothing to do', () => {
    for (const key of [
      'backspace',
      'delete',
      'left',
      'right',
      'up',
      'down',
      'ctrl-w',
      'ctrl-u',
      'f1',
      'alt-x',
    ]) {
      expect(edited(`<${key}>`))
        .withContext(key)
        .toBe('|');
    }
  });

  describe('the history', () => {
    it('recalls the last lines, and returns to the unfinished one', () => {
      const acts = ['one', '<enter>', 'two', '<enter>', 'thr'];
      expect(edited(...acts, '<up>')).toBe('two|');
      expect(edited(...acts, '<up>', '<up>', '<up>')).toBe('one|');
      expect(edited(...acts, '<up>', '<up>', '<down>')).toBe('two|');
      expect(edited(...acts, '<ctrl-p>', '<ctrl-p>', '<ctrl-n>', '<ctrl-n>', '<ctrl-n>')).toBe('thr|');
    });

    it('adds a recalled line that is entered again once', () => {
      expect(edited('one', '<enter>', '<up>', '<enter>', '<up>', '<up>')).toBe('one|');
      expect(edited('one', '<enter>', '<up>', '!', '<enter>', '<up>')).toBe('one!|');
    });

    it('keeps a line entered twice in a row once, unless another came between', () => {
      const enter = (lines: string) => [...lines].flatMap((line) => [line, '<enter>']);
      expect(edited(...enter('abcc'), '<up>', '<up>')).toBe('b|');
      expect(edited(...enter('abcb'), '<up>', '<up>')).toBe('c|');
    });

    it('skips empty lines', () => {
      expect(edited('one', '<enter>', '  ', '<enter>', '<enter>', '<up>')).toBe('one|');
    });

    it('keeps at most 20 lines', () => {
      const lines = Array.from({ length: 30 }, (_, index) => [`line ${index}`, '<enter>']).flat();
      expect(edited(...lines, ...Array<string>(40).fill('<up>'))).toBe('line 10|');
    });

    it('keeps at most 4,096 characters', () => {
      const long = (letter: string) => [letter.repeat(1000), '<enter>'];
      expect(edited(...['a', 'b', 'c', 'd', 'e'].flatMap(long), ...Array<string>(9).fill('<up>'))).toBe(
        `${'b'.repeat(1000)}|`,
      );
    });
  });

  describe('the history at its limit', () => {
    const long = [...'abcd'].flatMap((letter) => [letter.repeat(1024), '<enter>']);

    it('keeps the first of twenty lines, and of 4,096 characters', () => {
      const lines = Array.from({ length: 20 }, (_, index) => [`line ${index}`, '<enter>']).flat();
      expect(edited(...lines, ...Array<string>(20).fill('<up>'))).toBe('line 0|');
      expect(edited(...long, '<up>', '<up>', '<up>', '<up>')).toBe(`${'a'.repeat(1024)}|`);
    });

    it('drops the first when one more is added', () => {
      expect(edited(...long, 'e', '<enter>', ...Array<string>(5).fill('<up>'))).toBe(`${'b'.repeat(1024)}|`);
    });
  });

  describe('the limit', () => {
    for (const [letter, fit] of [
      ['\x7f', 1024],
      ['\x80', 512],
      ['\u07ff', 512],
      ['\u0800', 341],
      ['\uffff', 341],
      ['\u{10000}', 256],
    ] as const) {
      it(`is 1,024 bytes, which are ${fit} of U+${letter.codePointAt(0)?.toString(16)}`, () => {
        expect(edited(letter.repeat(400), letter.repeat(1000))).toBe(`${letter.repeat(fit)}|`);
        // Text that is there already is counted in another way than new text.
        expect(edited(letter.repeat(fit), 'x'.repeat(9))).toBe(
          `${letter.repeat(fit)}${'x'.repeat(fit === 341 ? 1 : 0)}|`,
        );
      });
    }

    it('includes the text after the cursor', () => {
      expect(edited('漢'.repeat(300), '<home>', '漢'.repeat(100))).toBe(
        `${'漢'.repeat(41)}|${'漢'.repeat(300)}`,
      );
    });

    it('applies to completions, which may reach it', () => {
      const editor = new LineEditor();
      editor.complete('x'.repeat(1024));
      expect([editor.before.length, editor.bell]).toEqual([1024, false]);
    });

    it(`is ${LINE_LIMIT} bytes of UTF-8`, () => {
      expect(edited('x'.repeat(2000))).toBe(`${'x'.repeat(LINE_LIMIT)}|`);
      expect(edited('é'.repeat(2000))).toBe(`${'é'.repeat(LINE_LIMIT / 2)}|`);
      expect(edited('漢'.repeat(2000))).toBe(`${'漢'.repeat(Math.floor(LINE_LIMIT / 3))}|`);
    });

    it('cuts no character in two', () => {
      const typed = edited(`x${'😀'.repeat(300)}`);
      expect(typed).toBe(`x${'😀'.repeat(255)}|`);
    });

    it('rings the bell for dropped text, and only for that', () => {
      const editor = new LineEditor();
      editor.type('x'.repeat(LINE_LIMIT));
      expect(editor.bell).toBe(false);
      editor.type('y');
      expect(editor.bell).toBe(true);
    });
  });
});

describe('redrawn', () => {
  const from = (before: string, after = ''): Typed => ({ before, after });

  it('writes only what was added at the end', () => {
    expect(redrawn(NOTHING_TYPED, from('abc'), stringWidth)).toBe('abc');
    expect(redrawn(from('abc'), from('abcd'), stringWidth)).toBe('d');
    expect(redrawn(from('abc'), from('abc'), stringWidth)).toBe('');
  });

  it('erases as many columns as a letter took', () => {
    expect(redrawn(from('a漢'), from('a'), stringWidth)).toBe('\b\b  \b\b');
    expect(redrawn(from('ae\u0301'), from('a'), stringWidth)).toBe('\b \b');
  });

  it('moves the cursor over the shown text', () => {
    expect(redrawn(from('a漢'), from('a', '漢'), stringWidth)).toBe('\b\b');
    expect(redrawn(from('a', '漢'), from('a漢'), stringWidth)).toBe('漢');
  });

  it('turns any line on a screen into any other, with the right cursor position', () => {
    const letter = fc.constantFrom(
      'a',
      'b',
      ' ',
      'é',
      'e\u0301',
      'o\u0308',
      '漢',
      '字',
      '👪',
      '👍🏽',
      FAMILY,
    );
    const text = fc.array(letter, { maxLength: 8 }).map((letters) => letters.join(''));
    const typed = fc.record({ before: text, after: text });
    holds(
      fc.property(typed, typed, (was, is) => {
        const first = redrawn(NOTHING_TYPED, was, stringWidth);
        const then = redrawn(was, is, stringWidth);
        const { line, cursor } = seen(first, then);
        if (line.trimEnd() !== (is.before + is.after).trimEnd()) throw new Error(`${line} is on the screen`);
        if (cursor !== stringWidth(is.before)) throw new Error(`the cursor is at ${cursor}`);
      }),
      { numRuns: 3000 },
    );
  });

  it('shows what is typed, whatever keys are pressed', () => {
    const act = fc.oneof(
      fc.constantFrom('a', 'b c', 'é', '漢', '👪', 'e\u0301'),
      fc.constantFrom(
        ...[
          'backspace',
          'delete',
          'left',
          'right',
          'home',
          'end',
          'up',
          'down',
          'ctrl-w',
          'ctrl-u',
          'ctrl-k',
        ].map((key) => `<${key}>`),
      ),
    );
    holds(
      fc.property(fc.array(act, { maxLength: 30 }), (acts) => {
        const editor = new LineEditor();
        editor.remember('an older 漢 line');
        let shown = NOTHING_TYPED;
        let output = '';
        for (const each of acts) {
          play(editor, [each]);
          const now = { before: editor.before, after: editor.after };
          output += redrawn(shown, now, stringWidth);
          shown = now;
        }
        const { line, cursor } = seen(output);
        if (line.trimEnd() !== (editor.before + editor.after).trimEnd())
          throw new Error(`${line} is on the screen`);
        if (cursor !== stringWidth(editor.before)) throw new Error(`the cursor is at ${cursor}`);
      }),
      { numRuns: 2000 },
    );
  });
});
