import { type BigIntStats, readFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { AccountsError } from '../errors.js';
import { isOutOfDescriptors } from '../process/descriptors.js';
import { runStepsInTurns } from '../process/run-steps.js';
import { keepSpareFile, withSpareFile } from '../process/spare-file.js';
import { accountSteps, MAX_FILE_BYTES } from './account-file.js';
import type { Account } from './password-hash.js';

/**
 * How long after a change the file is always read again. Some file systems count time in steps of two
 * seconds, so a second change could go unnoticed.
 */
const SETTLED_MS = 2000;

/** The contents of a file, and its state when it was read. */
interface Reading {
  readonly version: string;
  readonly accounts: ReturnType<AccountReader>;
}

/** Reads the accounts of a file, by their folded handles. */
export type AccountReader = () => Promise<ReadonlyMap<string, Account>>;

/**
 * Creates a reader for the accounts of a file. It checks the file on each call, but reads and parses it only
 * after a change, in turns of the event loop. Concurrent calls share one read. Rejects if the file can't be
 * read, is too long, or has a line that isn't an account. If the process has no descriptor left, it uses the
 * spare one.
 */
export function accountReader(file: string): AccountReader {
  keepSpareFile();
  let last: Reading | undefined;
  return async () => {
    const stats = await stat(file, { bigint: true });
    const version = versionOf(stats);
    if (last?.version === version) return last.accounts;
    const reading = { version, accounts: readAccounts(file, Number(stats.size)) };
    last = reading;
    const forget = () => {
      if (last === reading) last = undefined;
    };
    reading.accounts.then(isSettled(stats) ? undefined : forget, forget);
    return reading.accounts;
  };
}

const versionOf = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string =>
  [dev, ino, size, mtimeNs, ctimeNs].join(' ');

const isSettled = ({ mtimeMs }: BigIntStats): boolean => Math.abs(Date.now() - Number(mtimeMs)) >= SETTLED_MS;

async function readAccounts(file: string, size: number): ReturnType<AccountReader> {
  if (size > MAX_FILE_BYTES)
    throw new AccountsError(
      'ACCOUNTS_TOO_LARGE',
      file,
      `${file} is too long: ${size} bytes, allowed is ${MAX_FILE_BYTES}`,
    );
  const { accounts, problems } = await runStepsInTurns(accountSteps(await textOf(file)));
  if (problems.length > 0) throw new AccountsError('ACCOUNTS_INVALID', file, `${file} ${problems[0]}`);
  return accounts;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (!isOutOfDescriptors(error)) throw error;
    // Synchronous, so that no new connection takes the descriptor.
    return withSpareFile(() => readFileSync(file, 'utf8'));
  }
}
