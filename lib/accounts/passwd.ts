import { chmod, chown, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { ReadStream } from 'node:tty';
import { accountOf, accountsIn, lineOf, MAX_FILE_BYTES, MAX_LINE_LENGTH } from './account-file.js';
import { withFileLock } from './file-lock.js';
import { folded } from './handle.js';
import { type Account, newAccount } from './password-hash.js';

/** The shortest and the longest new password, in characters. */
const [MIN_LENGTH, MAX_LENGTH] = [8, 128];

/** Thrown when a password can't be changed. Nothing was changed then. */
export class PasswdError extends Error {
  override readonly name = 'PasswdError';

  /**
   * @param fault The cause: `usage` for the person, `file` for the account file, `system` for the machine.
   */
  constructor(
    readonly fault: 'usage' | 'file' | 'system',
    message: string,
  ) {
    super(message);
  }
}

/**
 * Adds an account to a file, or changes its password. The rest of the file stays as it is. The file is
 * replaced as a whole, so that a board never reads half of it. A new file is readable by its owner only. A
 * lock keeps other processes from changing the file meanwhile.
 *
 * @returns `added` or `changed`.
 * @throws {@link PasswdError} if the file has a line that isn't an account, would be too long, or can't be
 *   written.
 */
export async function setPassword(
  file: string,
  handle: string,
  password: string,
): Promise<'added' | 'changed'> {
  // Before the lock is taken, since it takes long.
  const account = await newAccount(handle, password);
  return change(file, handle, (known) => ({ ...account, keys: known?.keys }));
}

/**
 * Adds a public key for SSH to an account. An account that has it already stays as it is.
 *
 * @param key As in `authorized_keys`, without a comment.
 * @throws {@link PasswdError} as {@link setPassword}, and if there is no such account or it has too many keys.
 */
export async function addKey(file: string, handle: string, key: string): Promise<void> {
  await change(file, handle, (known) => {
    if (!known)
      throw new PasswdError('usage', `${handle} has no account in ${file}; create it without --key`);
    return { ...known, keys: [...new Set([...(known.keys ?? []), key])] };
  });
}

/** Makes the new account of what is in the file. */
type Change = (known: Account | undefined) => Account;

async function change(file: string, handle: string, changed: Change): Promise<'added' | 'changed'> {
  // Replaces the target of a symbolic link, not the link.
  const path = await realpath(file).catch(() => file);
  return withFileLock(path, () => put(file, path, handle, changed)).catch((error) => {
    if (error instanceof PasswdError) throw error;
    throw new PasswdError('system', `${file} can't be written: ${(error as Error).message}`);
  });
}

async function put(file: string, path: string, handle: string, change: Change): Promise<'added' | 'changed'> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0);
    throw new PasswdError('system', `${file} can't be read: ${error.message}`);
  });
  const { accounts, problems } = accountsIn(bytes.toString());
  if (problems.length > 0) throw new PasswdError('file', `${file} ${problems[0]}`);

  const known = accounts.get(folded(handle));
  const line = lineOf({ ...change(known), handle: known?.handle ?? handle });
  if (line.length > MAX_LINE_LENGTH)
    throw new PasswdError(
      'usage',
      `${handle} would have too many keys: delete some from its line in ${file}`,
    );
  const changed = known ? withLine(bytes, known.handle, line) : withLineAdded(bytes, line);
  if (changed.length > MAX_FILE_BYTES)
    throw new PasswdError('file', `${file} would be too long: allowed is ${MAX_FILE_BYTES} bytes`);
  await replace(file, path, changed);
  return known ? 'changed' : 'added';
}

/**
 * Asks for a new password. At a terminal it asks twice and doesn't show it; otherwise it reads the first line
 * of the input.
 *
 * @returns `null` on Ctrl-C, Ctrl-D or a signal.
 * @throws {@link PasswdError} if the password isn't acceptable.
 */
export async function askPassword(
  input: ReadStream | NodeJS.ReadStream,
  tell: (text: string) => void,
  signal: AbortSignal,
): Promise<string | null> {
  // Discards readline's echo.
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  const atTerminal = input.isTTY === true;
  // No history: the up arrow would repeat the first password.
  const lines = createInterface({ input, output, terminal: atTerminal, historySize: 0 });
  const typed = lines[Symbol.asyncIterator]();
  const giveUp = () => lines.close();
  lines.on('SIGINT', giveUp);
  signal.addEventListener('abort', giveUp);
  if (signal.aborted) giveUp();

  const ask = async (prompt: string): Promise<string | null> => {
    if (atTerminal) tell(prompt);
    const { value, done } = await typed.next();
    if (atTerminal) tell('\n');
    return done ? null : value;
  };
  try {
    const password = await ask('Password: ');
    if (password === null) {
      if (atTerminal || signal.aborted) return null;
      throw new PasswdError('usage', 'no password was given');
    }
    // Counts characters as people do.
    const { length } = [...password.normalize('NFC')];
    if (length < MIN_LENGTH || length > MAX_LENGTH)
      throw new PasswdError('usage', `a password must have ${MIN_LENGTH} to ${MAX_LENGTH} characters`);
    const again = atTerminal ? await ask('Repeat it: ') : password;
    if (again !== null && again !== password) throw new PasswdError('usage', "the passwords don't match");
    return again;
  } finally {
    signal.removeEventListener('abort', giveUp);
    lines.close();
  }
}

function withLine(bytes: Buffer, handle: string, line: string): Buffer {
  // One character for each byte, since a comment may be in any encoding.
  const lines = bytes.toString('latin1').split('\n');
  const changed = lines.map((other) => {
    if (accountOf(Buffer.from(other, 'latin1').toString())?.handle !== handle) return other;
    return Buffer.from(line).toString('latin1') + (other.endsWith('\r') ? '\r' : '');
  });
  return Buffer.from(changed.join('\n'), 'latin1');
}

function withLineAdded(bytes: Buffer, line: string): Buffer {
  const ending = bytes.length === 0 || bytes.at(-1) === 0x0a ? '' : '\n';
  return Buffer.concat([bytes, Buffer.from(`${ending}${line}\n`)]);
}

async function replace(file: string, path: string, bytes: Buffer): Promise<void> {
  const draft = `${path}.${process.pid}.new`;
  try {
    await writeFile(draft, bytes, { mode: 0o600, flag: 'wx' });
    const was = await stat(path).catch(() => null);
    if (was) {
      // Only root may restore the owner.
      await chown(draft, was.uid, was.gid).catch(() => undefined);
      await chmod(draft, was.mode & 0o777);
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw new PasswdError('system', `${file} can't be written: ${(error as Error).message}`);
  }
}
