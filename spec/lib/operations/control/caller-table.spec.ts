import { callerTable } from '../../../../lib/operations/control/caller-table.js';
import { width } from '../../../../lib/text/width.js';
import { caller } from '../../../support/controlled.js';

const SOME = [
  caller(1, 'ann', { onLineMs: 3_900_000, idleMs: 4000 }),
  caller(2, '漢字', { address: '2001:db8::1', where: 'garden' }),
  caller(13, null, { state: 'authenticating', where: '' }),
];

describe('callerTable', () => {
  it('has one row for each caller, in columns that allow for wide letters', () => {
    expect(callerTable(SOME)).toEqual([
      'Node  Handle        Address      On line  Idle  State           Where',
      '   1  ann           203.0.113.7    1h 5m    4s  active          lobby',
      '   2  漢字          2001:db8::1       1m    0s  active          garden',
      '  13  (logging in)  203.0.113.7       1m    0s  authenticating',
    ]);
  });

  it('prints only a header without callers', () => {
    expect(callerTable([])).toEqual(['Node  Handle  Address  On line  Idle  State  Where']);
  });

  it("leaves out columns that don't fit, and is never wider than the window", () => {
    expect(callerTable(SOME, 60)[0]).toBe('Node  Handle        Address      On line  Idle  Where');
    expect(callerTable(SOME, 40)[0]).toBe('Node  Handle        Idle  Where');
    for (let columns = 1; columns < 80; columns += 1) {
      for (const line of callerTable(SOME, columns)) expect(width(line)).toBeLessThanOrEqual(columns);
    }
  });

  it('escapes control characters in handles', () => {
    const [, line] = callerTable([caller(1, '\x1b[2Jann\nbob')]);
    expect(line).toContain('\\u{1b}[2Jann\\u{a}bob');
  });
});
