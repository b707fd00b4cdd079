import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lineOf } from '../../lib/accounts/account-file.js';
import { newAccount } from '../../lib/accounts/password-hash.js';

/** The lowest scrypt cost, so that specs are fast. */
export const CHEAP = { N: 2, r: 1, p: 1 };

/** Creates a temporary folder. Remove it afterwards. */
export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'impulse-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Writes an account file with these handles and passwords, and with public keys. */
export async function writeAccounts(
  file: string,
  passwords: Record<string, string>,
  keys: Record<string, string[]> = {},
): Promise<void> {
  const accounts = Object.entries(passwords).map(([handle, password]) => newAccount(handle, password, CHEAP));
  const lines = (await Promise.all(accounts)).map(
    (account) => `${lineOf({ ...account, keys: keys[account.handle] })}\n`,
  );
  writeFileSync(file, lines.join(''));
}
