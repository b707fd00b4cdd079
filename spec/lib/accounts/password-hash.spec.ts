import {
  type Account,
  COST,
  isPassword,
  newAccount,
  nobodyLike,
} from '../../../lib/accounts/password-hash.js';
import { CHEAP } from '../../support/cheap-accounts.js';

describe('a password', () => {
  let ann: Account;
  beforeAll(async () => {
    ann = await newAccount('ann', 'caf\u00e9 horse', CHEAP);
  });

  it('is accepted in any Unicode form', async () => {
    expect(await isPassword('caf\u00e9 horse', ann)).toBe(true);
    expect(await isPassword('cafe\u0301 horse', ann)).toBe(true);
  });

  it('is rejected if it differs', async () => {
    for (const wrong of ['', 'cafe horse', 'caf\u00e9 horse ', 'Caf\u00e9 horse'])
      expect(await isPassword(wrong, ann)).toBe(false);
  });

  it('gets a new salt each time', async () => {
    const again = await newAccount('ann', 'caf\u00e9 horse', CHEAP);
    expect(again.salt).not.toEqual(ann.salt);
    expect(again.hash).not.toEqual(ann.hash);
  });

  it('of an unknown handle takes as long to check as one in the file', async () => {
    expect(nobodyLike([ann]).cost).toEqual(CHEAP);
    expect(nobodyLike([]).cost).toEqual(COST);
    expect(await isPassword('', nobodyLike([ann]))).toBe(false);
  });
});
