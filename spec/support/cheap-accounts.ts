import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lineOf, newAccount } from '../../lib/accounts/account-file.js';

/** What checking costs next to nothing; the rules are the same. */
export const CHEAP = { N: 2, r: 1, p: 1 };

/** A folder of a spec's own, and how it is done away with. */
export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'impulse-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Writes a file of accounts, by their handles and passwords. */
export async function writeAccounts(file: string, passwords: Record<string, string>): Promise<void> {
  const accounts = Object.entries(passwords).map(([handle, password]) => newAccount(handle, password, CHEAP));
  const lines = (await Promise.all(accounts)).map((account) => `${lineOf(account)}\n`);
  writeFileSync(file, lines.join(''));
}
