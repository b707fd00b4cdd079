import { styleOf } from '../../../lib/lobby/style.js';

describe('styleOf', () => {
  it('puts a text in colours, and out of them again, where the terminal has any', () => {
    const style = styleOf({ colours: true });
    expect(style('name', 'ann')).toBe('\x1b[1;36mann\x1b[0m');
    expect(style('quiet', 'ann')).toBe('\x1b[2mann\x1b[0m');
    expect(style('loud', 'ann')).toBe('\x1b[1;33mann\x1b[0m');
  });

  it('leaves a text as it is for a terminal that has none', () => {
    expect(styleOf({ colours: false })('name', 'ann')).toBe('ann');
    expect(styleOf({ colours: false })('loud', 'ann')).toBe('ann');
  });
});
