import { painter } from '../../../lib/text/colour.js';

const terminal = { isTTY: true, hasColors: () => true };
const dumb = { isTTY: true, hasColors: () => false };
const pipe = {};

const RED = '\x1b[31mno\x1b[39m';

describe('painter', () => {
  it('colours text for a terminal with colours, and for no other stream', () => {
    expect(painter(terminal, {})('red', 'no')).toBe(RED);
    expect(painter(dumb, {})('red', 'no')).toBe('no');
    expect(painter(pipe, {})('red', 'no')).toBe('no');
    expect(painter({ isTTY: true }, {})('red', 'no')).toBe('no');
  });

  it('never colours when NO_COLOR is set, whatever FORCE_COLOR says', () => {
    for (const NO_COLOR of ['1', '0', 'no']) {
      expect(painter(terminal, { NO_COLOR })('red', 'no')).toBe('no');
      expect(painter(terminal, { NO_COLOR, FORCE_COLOR: '1' })('red', 'no')).toBe('no');
    }
    expect(painter(terminal, { NO_COLOR: '' })('red', 'no')).toBe(RED);
  });

  it('always colours when FORCE_COLOR is set, and never when it is 0 or false', () => {
    for (const FORCE_COLOR of ['1', '3', 'true'])
      expect(painter(pipe, { FORCE_COLOR })('red', 'no')).toBe(RED);
    for (const FORCE_COLOR of ['0', 'false'])
      expect(painter(terminal, { FORCE_COLOR })('red', 'no')).toBe('no');
    expect(painter(pipe, { FORCE_COLOR: '' })('red', 'no')).toBe('no');
  });
});
