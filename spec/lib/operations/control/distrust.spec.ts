import { chownSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { distrust } from '../../../../lib/operations/control/distrust.js';
import { temporaryFolder } from '../../../support/cheap-accounts.js';

describe('distrust', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let mine: string;
  let me: number;
  beforeEach(() => {
    folder = temporaryFolder();
    mine = join(folder.path, '.env');
    writeFileSync(mine, '');
    me = statSync(mine).uid;
  });
  afterEach(() => folder.remove());

  it("returns null if everything belongs to the user or root, or doesn't exist", () => {
    expect(distrust(mine, null, me)).toBeNull();
    expect(distrust(mine, mine, me)).toBeNull();
    expect(distrust('/etc/passwd', '/etc/passwd', me)).toBeNull();
    expect(distrust(mine, join(folder.path, 'none.sock'), me)).toBeNull();
    expect(distrust(mine, mine, undefined)).toBeNull();
  });

  it('names a file or socket of another user', () => {
    // Root's files are trusted.
    if (me === 0) chownSync(mine, 12_345, 12_345);
    const other = statSync(mine).uid + 1;
    expect(distrust(mine, null, other)).toBe(`${mine} belongs to another user`);
    expect(distrust('/etc/passwd', mine, other)).toBe(`${mine} belongs to another user`);
  });
});
