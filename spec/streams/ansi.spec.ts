import { hasAnsi } from '../../streams/ansi.js';

describe('hasAnsi', () => {
  it('is for terminals that say what they are, and are known', () => {
    for (const type of [
      'XTERM-256COLOR',
      'xterm',
      'syncterm',
      'ANSI-BBS',
      'vt100',
      'VT220',
      'linux',
      'screen.xterm',
      'st-256color',
    ])
      expect(hasAnsi({ type })).withContext(type).toBe(true);
    for (const type of ['MUDLET', 'TINTIN++', 'tmux-256color', 'PuTTY'])
      expect(hasAnsi({ type })).withContext(type).toBe(true);
  });

  it('is not for others, nor for those who have not said', () => {
    for (const type of [
      null,
      'dumb',
      'UNKNOWN',
      'network',
      'tty',
      'teletype-33',
      'ADM3A',
      'VT52',
      'PETSCII',
      'terminal',
      'stupid',
    ])
      expect(hasAnsi({ type })).withContext(`${type}`).toBe(false);
  });
});
