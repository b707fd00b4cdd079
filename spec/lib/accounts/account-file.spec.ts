import { accountSteps, accountsIn, lineOf } from '../../../lib/accounts/account-file.js';
import { COST, newAccount } from '../../../lib/accounts/password-hash.js';
import { CHEAP } from '../../support/cheap-accounts.js';

const SALT = 'A'.repeat(22);
const HASH = 'B'.repeat(43);

describe('an account file', () => {
  it('has one account per line, comments and blank lines, and finds handles in any case', () => {
    const { accounts, problems } = accountsIn(
      `# ours\r\n\n  Zo\u00eb B:scrypt:2:1:1:${SALT}:${HASH}\nann:scrypt:32768:8:1:${SALT}:${HASH}`,
    );
    expect(problems).toEqual([]);
    expect([...accounts.keys()]).toEqual(['zo\u00eb_b', 'ann']);
    expect(accounts.get('zo\u00eb_b')?.handle).toBe('Zo\u00eb B');
    expect(accounts.get('ann')?.cost).toEqual(COST);
  });

  it('keeps strings, not buffers, until a password is checked', () => {
    const from = spyOn(Buffer, 'from').and.callThrough();
    const { accounts } = accountsIn(`ann:scrypt:2:1:1:${SALT}:${HASH}`);
    const buffers = from.calls.count();
    expect([accounts.size, buffers]).toEqual([1, 0]);
  });

  it('is written in the format it is read in', async () => {
    const account = await newAccount('ann', 'correct horse', CHEAP);
    expect(accountsIn(lineOf(account)).accounts.get('ann')).toEqual(account);
  });

  for (const [what, line] of [
    ['without a hash', `ann:scrypt:2:1:1:${SALT}:`],
    ['with a password in the clear', 'ann:secret'],
    ['of another method', `ann:md5:2:1:1:${SALT}:${HASH}`],
    ['whose N is no power of two', `ann:scrypt:3:1:1:${SALT}:${HASH}`],
    ['that costs nothing', `ann:scrypt:1:1:1:${SALT}:${HASH}`],
    ['that would take gigabytes', `ann:scrypt:8388608:8:1:${SALT}:${HASH}`],
    ['that would take minutes', `ann:scrypt:32768:8:999:${SALT}:${HASH}`],
    ['whose N is too much for its r', `ann:scrypt:65536:1:1:${SALT}:${HASH}`],
    ['with a short hash', `ann:scrypt:2:1:1:${SALT}:AAAA`],
    ['with a short salt', `ann:scrypt:2:1:1:AAAA:${HASH}`],
    ['whose handle is none', `-:scrypt:2:1:1:${SALT}:${HASH}`],
  ] as const)
    it(`reports an invalid line: one ${what}`, () => {
      const { accounts, problems } = accountsIn(`\n${line}\n`);
      expect(accounts.size).toBe(0);
      expect(problems).toEqual(['line 2 is not an account; create accounts with impulse passwd']);
    });

  it('may have a higher scrypt cost than ours', () => {
    for (const cost of ['131072:8:1', '16384:8:5', '8192:8:10'])
      expect(accountsIn(`ann:scrypt:${cost}:${SALT}:${HASH}`).problems).toEqual([]);
  });

  it('rejects a duplicate account', () => {
    const line = `:scrypt:2:1:1:${SALT}:${HASH}\n`;
    expect(accountsIn(`ann${line}Ann${line}`).problems).toEqual(['line 2: Ann is a duplicate']);
  });

  it('accepts both line endings, and numbers the lines', () => {
    const line = `:scrypt:2:1:1:${SALT}:${HASH}`;
    const { accounts, problems } = accountsIn(`ann${line}\r\n\r\n\n?\r\nbob${line}\r\n?`);
    expect([...accounts.keys()]).toEqual(['ann', 'bob']);
    expect(problems.map((problem) => problem.split(' is ')[0])).toEqual(['line 4', 'line 6']);
  });

  it('rejects a line of thousands of letters without parsing it', () => {
    const normalize = spyOn(String.prototype, 'normalize').and.callThrough();
    expect(accountsIn(`${'a'.repeat(5000)}:scrypt:2:1:1:${SALT}:${HASH}`).problems.length).toBe(1);
    expect(normalize).not.toHaveBeenCalled();
  });

  it('is read in one step per line', () => {
    const steps = accountSteps('\n'.repeat(5000));
    let count = 0;
    const split = spyOn(String.prototype, 'split').and.callThrough();
    while (!steps.next().done) count += 1;
    const splits = split.calls.count();
    expect([count, splits]).toEqual([5000, 0]);
  });
});
