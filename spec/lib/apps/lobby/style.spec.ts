import { styleOf } from '../../../../lib/apps/lobby/style.js';

describe('styleOf', () => {
  it('colours a text and resets the colour, if the terminal has colours', () => {
    const style = styleOf({ colours: true });
    expect(style('name', 'ann')).toBe('\x1b[1;36mann\x1b[0m');
    expect(style('quiet', 'ann')).toBe('\x1b[2mann\x1b[0m');
    expect(style('loud', 'ann')).toBe('\x1b[1;33mann\x1b[0m');
  });

  it('returns a text unchanged for a terminal without colours', () => {
    expect(styleOf({ colours: false })('name', 'ann')).toBe('ann');
    expect(styleOf({ colours: false })('loud', 'ann')).toBe('ann');
  });
});
