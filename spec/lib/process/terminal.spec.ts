import { terminalWatch } from '../../../lib/process/terminal.js';

/** A terminal that can be closed. */
function terminal() {
  let code: string | undefined;
  return {
    fails: (why: string) => {
      code = why;
    },
    open: () => {
      if (code) throw Object.assign(new Error(code), { code });
    },
  };
}

describe('terminalWatch', () => {
  it('tells that the terminal is gone when it is', () => {
    const { open, fails } = terminal();
    const isGone = terminalWatch(true, open);
    expect(isGone()).toBeFalse();
    fails('ENXIO');
    expect(isGone()).toBeTrue();
  });

  it('takes no other error for that', () => {
    const { open, fails } = terminal();
    const isGone = terminalWatch(true, open);
    for (const code of ['EMFILE', 'EACCES', 'ENOENT', 'EIO']) {
      fails(code);
      expect(isGone()).withContext(code).toBeFalse();
    }
  });

  it('tells nothing of a board that was not started at a terminal', () => {
    const { open, fails } = terminal();
    const isGone = terminalWatch(false, open);
    fails('ENXIO');
    expect(isGone()).toBeFalse();
  });

  it('tells nothing of one that had no terminal of its own from the beginning', () => {
    const { open, fails } = terminal();
    fails('ENXIO');
    expect(terminalWatch(true, open)()).toBeFalse();
  });

  it('looks at the terminal of this process, unless told otherwise', () => {
    expect(terminalWatch()()).toBeFalse();
  });
});
