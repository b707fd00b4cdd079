import fc from 'fast-check';
import { safeAnswer } from '../../../../lib/operations/control/safe-answer.js';
import { holds } from '../../../support/holds.js';

describe('safeAnswer', () => {
  it('returns a plain-text answer unchanged', () => {
    const said = { time: 'now', callers: [{ node: 1, handle: 'Zoë', where: null, more: [true, 1.5] }] };
    expect(safeAnswer(JSON.stringify(said))).toEqual(said);
  });

  it('removes control characters from values and names, at any depth', () => {
    for (const hostile of [
      '\x1b]52;c;aGk=\x07',
      '\x9b2J',
      '\x7f',
      '\u202e',
      '\u2066',
      '\u{e0041}',
      '\r\n',
      `a${'\u0301'.repeat(99)}`,
    ]) {
      const said = safeAnswer(JSON.stringify({ [hostile]: hostile, list: [{ [hostile]: [hostile] }] }));
      expect(JSON.stringify(said)).not.toMatch(/[\p{Cc}\p{Cf}]|\\u00|\\[rn]|\p{M}{7}/u);
    }
  });

  it('returns only text for any text', () => {
    holds(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { said } = safeAnswer(JSON.stringify({ said: text })) as { said: string };
        return !/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u.test(said);
      }),
    );
  });

  it("returns null if the line isn't an object", () => {
    for (const line of [
      '',
      'SSH-2.0-x',
      '1',
      '"text"',
      'null',
      '[]',
      '{',
      `${'['.repeat(1e5)}${']'.repeat(1e5)}`,
    ])
      expect(safeAnswer(line)).withContext(line.slice(0, 20)).toBeNull();
  });

  it('returns an object with the ordinary prototype', () => {
    expect(Object.getPrototypeOf(safeAnswer('{"__proto__":{"a":1}}'))).toBe(Object.prototype);
  });
});
