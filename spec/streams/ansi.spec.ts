import { hasAnsi } from '../../streams/ansi.js';

describe('hasAnsi', () => {
  it('is for terminals that say what they are, and are not known to be plain', () => {
    for (const type of ['XTERM-256COLOR', 'syncterm', 'ansi', 'vt100', 'linux'])
      expect(hasAnsi({ type })).toBe(true);
    for (const type of [null, 'dumb', 'DUMB', 'unknown', 'network', 'tty', 'teletype-33'])
      expect(hasAnsi({ type })).toBe(false);
  });
});
