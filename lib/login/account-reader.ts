import { type BigIntStats, readFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { isOutOfDescriptors } from '../process/descriptors.js';
import { runStepsInTurns } from '../process/run-steps.js';
import { keepSpareFile, withSpareFile } from '../process/spare-file.js';
import { type Account, accountSteps, MAX_FILE_BYTES } from './account-file.js';

/** A file that was changed so lately may change again unseen: some file systems count time in steps of two seconds. */
const SETTLED_MS = 2000;

/** What was read of a file, and what the file was like then. */
interface Reading {
  readonly version: string;
  readonly accounts: ReturnType<AccountReader>;
}

/** Reads the accounts of a file, by their folded handles. */
export type AccountReader = () => Promise<ReadonlyMap<string, Account>>;

/**
 * Makes what reads the accounts of a file. The file is looked at each time, but read and parsed
 * only when it was changed, in turns of the event loop; all who ask meanwhile share that. It rejects when the file can't
 * be read, is too long, or has a line that is no account. Where the process has no descriptor left, it reads with one that was kept
 * for that.
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
  if (size > MAX_FILE_BYTES) throw new Error(`${file} has ${size} bytes; ${MAX_FILE_BYTES} are allowed`);
  const { accounts, problems } = await runStepsInTurns(accountSteps(await textOf(file)));
  if (problems.length > 0) throw new Error(`${file} ${problems[0]}`);
  return accounts;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (!isOutOfDescriptors(error)) throw error;
    // Synchronous: else a caller who is accepted meanwhile would have the descriptor.
    return withSpareFile(() => readFileSync(file, 'utf8'));
  }
}
