import { painter } from '../../lib/colour.js';

const terminal = { isTTY: true, hasColors: () => true };
const dumb = { isTTY: true, hasColors: () => false };
const pipe = {};

const RED = '\x1b[31mno\x1b[39m';

describe('painter', () => {
  it('paints for a terminal that has colours, and for nothing else', () => {
    expect(painter(terminal, {})('red', 'no')).toBe(RED);
    expect(painter(dumb, {})('red', 'no')).toBe('no');
    expect(painter(pipe, {})('red', 'no')).toBe('no');
    expect(painter({ isTTY: true }, {})('red', 'no')).toBe('no');
  });

  it('never paints where NO_COLOR says something, whatever FORCE_COLOR says', () => {
    for (const NO_COLOR of ['1', '0', 'no']) {
      expect(painter(terminal, { NO_COLOR })('red', 'no')).toBe('no');
      expect(painter(terminal, { NO_COLOR, FORCE_COLOR: '1' })('red', 'no')).toBe('no');
    }
    expect(painter(terminal, { NO_COLOR: '' })('red', 'no')).toBe(RED);
  });

  it('paints for anything where FORCE_COLOR says so, and for nothing where it says 0 or false', () => {
    for (const FORCE_COLOR of ['1', '3', 'true'])
      expect(painter(pipe, { FORCE_COLOR })('red', 'no')).toBe(RED);
    for (const FORCE_COLOR of ['0', 'false'])
      expect(painter(terminal, { FORCE_COLOR })('red', 'no')).toBe('no');
    expect(painter(pipe, { FORCE_COLOR: '' })('red', 'no')).toBe('no');
  });
});
