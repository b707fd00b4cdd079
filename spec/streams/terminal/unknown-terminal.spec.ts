import { UNKNOWN_TERMINAL } from '../../../streams/terminal/unknown-terminal.js';

describe('UNKNOWN_TERMINAL', () => {
  it('has the size of a VT100 screen', () => {
    expect([UNKNOWN_TERMINAL.columns, UNKNOWN_TERMINAL.rows]).toEqual([80, 24]);
  });

  it('has no type, and is sent UTF-8', () => {
    expect([UNKNOWN_TERMINAL.type, UNKNOWN_TERMINAL.encoding]).toEqual([null, 'utf-8']);
  });

  it('has no ability that a client has to claim or negotiate', () => {
    const { columns, rows, type, encoding, ...abilities } = UNKNOWN_TERMINAL;
    expect(abilities).toEqual({
      echo: false,
      colours: false,
      cursor: false,
      screenReader: false,
      links: false,
      pcKeys: false,
    });
  });
});
