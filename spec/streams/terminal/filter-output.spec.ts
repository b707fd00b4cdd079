import * as fc from 'fast-check';
import { filterOutput } from '../../../streams/terminal/filter-output.js';
import { holds } from '../../support/holds.js';

/** The part of a text that passes, in any chunks. */
const through = (...pieces: string[]) => {
  const { filter } = filterOutput();
  return pieces.map(filter).join('');
};

describe('filterOutput', () => {
  it('passes text in any script', () => {
    expect(through('héllo 漢字 👪!')).toBe('héllo 漢字 👪!');
  });

  it('passes newlines, tabs, backspaces and the bell, and no other control character', () => {
    expect(through('a\r\n\tb\bc\x07')).toBe('a\r\n\tb\bc\x07');
    expect(through('a\x00\x05\x0e\x0f\x11\x13\x7f\x85\x90\x9bb')).toBe('ab');
  });

  it('passes colours and cursor moves', () => {
    const art =
      '\x1b[2J\x1b[H\x1b[1;31mred\x1b[0m\x1b[10;20H\x1b[38;5;200mpink\x1b[K\x1b7\x1b8\x1b[6n\x1b(0lqk\x1b(B';
    expect(through(art)).toBe(art);
  });

  for (const [what, sequence] of [
    ['the clipboard', '\x1b]52;c;ZXZpbA==\x07'],
    ['a title, ended by ST', '\x1b]0;title\x1b\\'],
    ['a device control string', '\x1bP$q"p\x1b\\'],
    ['a program command', '\x1b_G;AAAA\x1b\\'],
    ['a privacy message', '\x1b^text\x1b\\'],
    ['a string', '\x1bXtext\x1b\\'],
    ['a report of the title', '\x1b[21t'],
    ['a device attributes query', '\x1b[c\x1b[>c\x1b[0c'],
    ['a reset of the terminal', '\x1bc'],
    ['a soft reset', '\x1b[!p'],
    ['an unknown mode', '\x1b[?9999h'],
    ['key definitions', '\x1b[>4;2m'],
    ['a printer', '\x1b[5i'],
    ['the shape of the cursor', '\x1b[2 q'],
    ['an unknown character set', '\x1b(K'],
    ['a private mode without its question mark', '\x1b[25l'],
  ] as const) {
    it(`drops ${what}, wherever it is split`, () => {
      for (let cut = 0; cut <= sequence.length; cut += 1) {
        expect(through(`a${sequence.slice(0, cut)}`, `${sequence.slice(cut)}b: 3 o'clock`)).toBe(
          "ab: 3 o'clock",
        );
      }
    });
  }

  it('passes a split sequence whole', () => {
    expect(through('\x1b', '[', '3', '1', 'mred')).toBe('\x1b[31mred');
  });

  it('passes inserting', () => {
    expect(through('\x1b[4h\x1b[2@')).toBe('\x1b[4h\x1b[2@');
  });

  it('limits how often a letter is repeated', () => {
    expect(through('=\x1b[79b')).toBe('=\x1b[79b');
    expect(through('A\x1b[2147483647b')).toBe('A\x1b[255b');
    expect(through(`A\x1b[${'9'.repeat(58)}b`)).toBe('A\x1b[255b');
  });

  for (const [what, sequence, safe] of [
    ['inserting letters', '\x1b[999999999@', '\x1b[1000@'],
    ['deleting letters', '\x1b[2147483647P', '\x1b[1000P'],
    ['erasing letters', '\x1b[2147483647X', '\x1b[1000X'],
    ['inserting lines', '\x1b[2147483647L', '\x1b[1000L'],
    ['deleting lines', '\x1b[2147483647M', '\x1b[1000M'],
    ['scrolling up', '\x1b[2147483647S', '\x1b[1000S'],
    ['scrolling down', '\x1b[2147483647T', '\x1b[1000T'],
    ['tabbing back', '\x1b[2147483647Z', '\x1b[1000Z'],
    ['a cursor position', '\x1b[4294967296;4294967296H', '\x1b[1000;1000H'],
    ['a scroll region', '\x1b[1;99999r', '\x1b[1;1000r'],
    ['colours', '\x1b[38:5:4294967295m', '\x1b[38:5:1000m'],
  ]) {
    it(`limits ${what} to the size of a window`, () => {
      expect(through(`${sequence}`)).toBe(`${safe}`);
    });
  }

  it('drops mouse tracking, which is scrolling with further parameters', () => {
    expect(through('\x1b[3T')).toBe('\x1b[3T');
    expect(through('a\x1b[1;1;1;1;1Tb\x1b[1:1Tc')).toBe('abc');
  });

  it('drops window moves, resizes and reports, device strings, pictures and the clipboard', () => {
    expect(through('a\x1b[8;1;1t\x1b[3;0;0t\x1b[21tb')).toBe('ab');
    expect(through('a\x1bP$qm\x1b\\\x1bPq#0!9999999~\x1b\\\x1b]52;c;?\x07\x1b[1;1;9;9;2$xb')).toBe('ab');
  });

  it('takes another sequence for the end of a string', () => {
    expect(through('\x1b]0;title\x1b[31mred')).toBe('\x1b[31mred');
  });

  it('drops a sequence with a control character in it', () => {
    expect(through('\x1b[3\x1f1m')).toBe('1m');
    expect(through('\x1b[3\x7f1m')).toBe('1m');
  });

  it('drops a sequence that is too long, or cancelled', () => {
    expect(through(`\x1b[${'1;'.repeat(100)}m`)).not.toContain('\x1b');
    expect(through('\x1b[31\x18m')).toBe('m');
    expect(through('\x1b]0;title\x1ab')).toBe('b');
  });

  it('passes the allowed ones of several modes', () => {
    expect(through('\x1b[?25;9999l')).toBe('\x1b[?25l');
  });

  it('restores the modes that were changed, and no others', () => {
    const { filter, restored } = filterOutput();
    filter('\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[?2004l\x1b[?7h');
    expect(restored()).toBe('\x1b[?1049l\x1b[?25h');
  });

  it('resets colours, line drawing, the keypad and the scroll region', () => {
    for (const touching of ['\x1b[31m', '\x1b(0', '\x1b=', '\x1b[2;9r']) {
      const { filter, restored } = filterOutput();
      filter(touching);
      expect(restored()).toBe('\x1b7\x1b[r\x1b8\x1b>\x1b(B\x1b[0m');
    }
  });

  it('restores nothing if nothing was changed', () => {
    const { filter, restored } = filterOutput();
    filter('hello\r\n');
    expect(restored()).toBe('');
  });

  it('passes nothing else, for any text in any chunks', () => {
    const noise = fc.string({
      unit: fc.constantFrom(
        ...[
          '\x1b',
          '[',
          ']',
          'P',
          '_',
          '\\',
          '?',
          ';',
          '1',
          '5',
          '2',
          'm',
          'h',
          'c',
          't',
          'n',
          '\x07',
          '\x9b',
          '\x05',
          'é',
          '👪',
          '>',
          '!',
        ],
      ),
      maxLength: 60,
    });
    const allowed =
      /^(?:[^\x00-\x1f\x7f-\x9f]|[\x07-\x0a\x0d]|\x1b\[(?:[\d;:]*[A-HJ-MPSTXZ@`abdefgmrsu]|6n|\?(?:1|6|7|12|25|47|1000|1002|1003|1006|1047|1048|1049|2004)[hl]|4[hl])|\x1b[78DEHM=>]|\x1b\([0AB])*$/u;
    holds(
      fc.property(fc.array(noise, { maxLength: 6 }), (pieces) => {
        const seen = through(...pieces);
        if (!allowed.test(seen)) throw new Error(JSON.stringify(seen));
        if (seen !== through(pieces.join(''))) throw new Error('it matters where it is cut');
      }),
      { numRuns: 3000 },
    );
  });
});
