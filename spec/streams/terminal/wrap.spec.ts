import fc from 'fast-check';
import stringWidth from 'string-width';
import { width } from '../../../lib/text/width.js';
import { withoutSequences } from '../../../streams/terminal/sequences.js';
import { wrap } from '../../../streams/terminal/wrap.js';
import { holds } from '../../support/holds.js';

const letters = fc.constantFrom('a', 'b', ' ', ' ', 'é', 'e\u0301', '漢', '字', '👋', '👩‍👩‍👧', '\n');
const texts = fc.array(letters, { maxLength: 60 }).map((all) => all.join(''));
/** Without spaces, and with accents composed. */
const lettersOf = (text: string) => text.normalize('NFC').replace(/\s/g, '');

const fit = (text: string, columns: number, indent?: string) => wrap(text, columns, width, indent);

describe('wrap', () => {
  it('leaves a line that fits unchanged, with its spaces', () => {
    expect(fit('  a  b \n\n c', 7)).toBe('  a  b \n\n c');
  });

  it('wraps a line between words, and a word that is too long within', () => {
    expect(fit('one two three', 7)).toBe('one two\nthree');
    expect(fit('ann: aaaaaaaaaa', 6)).toBe('ann:\naaaaaa\naaaa');
  });

  it('starts each row it adds with the indent, and no other', () => {
    expect(fit('one two three\nfour', 7, '  ')).toBe('one two\n  three\nfour');
    expect(fit('aaaaaaaaaa', 6, '  ')).toBe('aaaaaa\n  aaaa');
  });

  it('makes no line wider than the window, and loses only spaces', () => {
    holds(
      fc.property(
        texts,
        fc.integer({ min: 4, max: 40 }),
        fc.constantFrom('', '  '),
        (text, columns, indent) => {
          const fitted = fit(text, columns, indent);
          for (const line of fitted.split('\n')) {
            if (stringWidth(line) > columns) throw new Error(`${stringWidth(line)} columns: ${line}`);
          }
          if (lettersOf(fitted) !== lettersOf(text)) throw new Error(`it became ${fitted}`);
        },
      ),
    );
  });

  describe('with links and colours', () => {
    const START = '\x1b]8;id=1;https://bbs.example/a,b!(c)\x1b\\';
    const END = '\x1b]8;;\x1b\\';
    const linked = (text: string) => `${START}${text}${END}`;

    it('counts no columns for them', () => {
      const line = `\x1b[1mann\x1b[0m: ${linked('news')}`;
      expect(fit(line, 9)).toBe(line);
    });

    it('ends a link with its row, and goes on with it after the indent of the next', () => {
      expect(fit(`see ${linked('one two three')}.`, 8, '  ')).toBe(
        `see ${linked('one')}\n  ${linked('two')}\n  ${linked('three')}.`,
      );
      expect(fit(linked('aaaaaaaaaa'), 6, '  ')).toBe(`${linked('aaaaaa')}\n  ${linked('aaaa')}`);
    });

    it('begins a link on the row of its first word', () => {
      expect(fit(`one ${linked('three')} x`, 5)).toBe(`one\n${linked('three')}\nx`);
    });

    it('has the words and rows of the same text without them', () => {
      const parts = fc.constantFrom(START, END, '\x1b]8;;http://a\x07', '\x1b[31m', '\x1b[0m');
      const texts = fc.array(fc.oneof(letters, letters, parts), { maxLength: 60 });
      holds(
        fc.property(
          texts,
          fc.integer({ min: 4, max: 40 }),
          fc.constantFrom('', '  '),
          (all, columns, indent) => {
            const plain = all.filter((letter) => !letter.startsWith('\x1b')).join('');
            const fitted = fit(all.join(''), columns, indent);
            const seen = withoutSequences(fitted)
              .split('\n')
              .map((row) => row.trimEnd());
            const expected = fit(plain, columns, indent)
              .split('\n')
              .map((row) => row.trimEnd());
            if (seen.join('\n') !== expected.join('\n')) throw new Error(JSON.stringify(fitted));
          },
        ),
      );
    });

    it('has no link open at the end of a row that it adds', () => {
      const rows = fit(`${START}one two three four`, 9).split('\n');
      expect(rows.slice(0, -1).every((row) => row.startsWith(START) && row.endsWith(END))).toBe(true);
    });
  });

  it('measures a line once for windows of many widths', () => {
    const measured: string[] = [];
    const counted = (text: string) => {
      measured.push(text);
      return width(text);
    };
    const line = `ann: ${'\u00e9 e\u0301'.repeat(200)}`;
    wrap(line, 20, counted);
    const once = measured.length;
    expect(once).toBeLessThanOrEqual(line.length + 1);
    for (let columns = 21; columns < 200; columns += 1) wrap(line, columns, counted);
    expect(measured.length).toBe(once);
  });

  it('splits a letter that is wider than a row', () => {
    const men = Array(20).fill('\u{1f468}').join('\u200d');
    const sum = (text: string) => [...text].reduce((columns, point) => columns + width(point), 0);
    for (const row of wrap(`ann: ${men}bob: hello`, 30, sum, '  ').split('\n')) {
      expect(sum(row)).toBeLessThanOrEqual(30);
      expect(row.startsWith('ann:') || row.startsWith('  ')).toBe(true);
    }
  });

  it('terminates in a window without room for a letter', () => {
    expect(fit('漢字', 1).replaceAll('\n', '')).toBe('漢字');
    expect(fit('ab', 0).replaceAll('\n', '')).toBe('ab');
  });
});
