import { announce } from '../../streams/announce.js';
import type { Terminal } from '../../streams/types.js';

const announced = (type: string | null) => {
  const told: string[] = [];
  const terminal: Terminal = { columns: 80, rows: 24, echo: true, type, encoding: 'utf-8' };
  announce({ terminal, notify: (text) => told.push(text) }, 'Back in five minutes');
  return told;
};

describe('announce', () => {
  it('marks a line as the sysop\u2019s', () =>
    expect(announced(null)).toEqual(['*** Back in five minutes ***']));

  it('and puts it in other colours, where there are any', () =>
    expect(announced('xterm')).toEqual(['\x1b[1;7m*** Back in five minutes ***\x1b[0m']));
});
