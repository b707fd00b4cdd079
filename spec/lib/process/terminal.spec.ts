import { terminalWatch } from '../../../lib/process/terminal.js';

/** A terminal that the spec can close. */
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
  it('reports when the terminal is closed', () => {
    const { open, fails } = terminal();
    const isGone = terminalWatch(true, open);
    expect(isGone()).toBeFalse();
    fails('ENXIO');
    expect(isGone()).toBeTrue();
  });

  it('ignores other errors', () => {
    const { open, fails } = terminal();
    const isGone = terminalWatch(true, open);
    for (const code of ['EMFILE', 'EACCES', 'ENOENT', 'EIO']) {
      fails(code);
      expect(isGone()).withContext(code).toBeFalse();
    }
  });

  it("reports nothing for a board that wasn't started at a terminal", () => {
    const { open, fails } = terminal();
    const isGone = terminalWatch(false, open);
    fails('ENXIO');
    expect(isGone()).toBeFalse();
  });

  it('reports nothing for a board without a controlling terminal from the start', () => {
    const { open, fails } = terminal();
    fails('ENXIO');
    expect(terminalWatch(true, open)()).toBeFalse();
  });

  it('watches the terminal of this process by default', () => {
    expect(terminalWatch()()).toBeFalse();
  });
});
