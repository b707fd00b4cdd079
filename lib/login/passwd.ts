import { chmod, chown, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { ReadStream } from 'node:tty';
import { type Account, accountOf, accountsIn, lineOf, MAX_FILE_BYTES, newAccount } from './account-file.js';
import { withFileLock } from './file-lock.js';
import { folded } from './handle.js';

/** Characters of a new password. */
const [LEAST, MOST] = [8, 128];

/** What a password is changed with; nothing was changed when it is thrown. */
export class PasswdError extends Error {
  override readonly name = 'PasswdError';

  /** @param fault Whose fault it is: `usage` is the person's, `file` is the file's, `system` is the machine's. */
  constructor(
    readonly fault: 'usage' | 'file' | 'system',
    message: string,
  ) {
    super(message);
  }
}

/**
 * Puts an account into a file, or gives it another password; everything else in the file stays as it is. The file is
 * replaced as a whole, so that a board never reads half of it; a new one is its owner's alone. Others who change it wait
 * meanwhile, so that no account is lost.
 *
 * @returns What was done: `added` or `changed`.
 * @throws {@link PasswdError} when the file has a line that is no account, would be too long, or can't be written.
 */
export async function setPassword(
  file: string,
  handle: string,
  password: string,
): Promise<'added' | 'changed'> {
  // It takes long, and nobody has to wait for it.
  const account = await newAccount(handle, password);
  // What a link leads to is replaced, not the link.
  const place = await realpath(file).catch(() => file);
  return withFileLock(place, () => put(file, place, account)).catch((error) => {
    if (error instanceof PasswdError) throw error;
    throw new PasswdError('system', `${file} can't be written: ${(error as Error).message}`);
  });
}

async function put(file: string, place: string, account: Account): Promise<'added' | 'changed'> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0);
    throw new PasswdError('system', `${file} can't be read: ${error.message}`);
  });
  const { accounts, problems } = accountsIn(bytes.toString());
  if (problems.length > 0) throw new PasswdError('file', `${file} ${problems[0]}`);

  const known = accounts.get(folded(account.handle));
  const line = lineOf({ ...account, handle: known?.handle ?? account.handle });
  const changed = known ? withLine(bytes, known.handle, line) : withLineAdded(bytes, line);
  if (changed.length > MAX_FILE_BYTES)
    throw new PasswdError('file', `${file} would be too long: ${MAX_FILE_BYTES} bytes are allowed`);
  await replace(file, place, changed);
  return known ? 'changed' : 'added';
}

/**
 * Asks for a new password: twice and without showing it at a terminal, else the first line of the input.
 *
 * @returns `null` if the person gave up (Ctrl-C, Ctrl-D), or the signal came.
 * @throws {@link PasswdError} when it won't do.
 */
export async function askPassword(
  input: ReadStream | NodeJS.ReadStream,
  tell: (text: string) => void,
  signal: AbortSignal,
): Promise<string | null> {
  // What readline would show of the typing goes nowhere.
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  const atTerminal = input.isTTY === true;
  // No history: the arrow keys would type the second password from the first.
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
      throw new PasswdError('usage', 'no password came');
    }
    // Counted as people do, by characters.
    const { length } = [...password.normalize('NFC')];
    if (length < LEAST || length > MOST)
      throw new PasswdError('usage', `a password has ${LEAST} to ${MOST} characters`);
    const again = atTerminal ? await ask('Once more: ') : password;
    if (again !== null && again !== password) throw new PasswdError('usage', 'these were two passwords');
    return again;
  } finally {
    signal.removeEventListener('abort', giveUp);
    lines.close();
  }
}

function withLine(bytes: Buffer, handle: string, line: string): Buffer {
  // A character a byte, since a comment may be in any encoding.
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

async function replace(file: string, place: string, bytes: Buffer): Promise<void> {
  const draft = `${place}.${process.pid}.new`;
  try {
    await writeFile(draft, bytes, { mode: 0o600, flag: 'wx' });
    const was = await stat(place).catch(() => null);
    if (was) {
      // Only root may give it back to its owner.
      await chown(draft, was.uid, was.gid).catch(() => undefined);
      await chmod(draft, was.mode & 0o777);
    }
    await rename(draft, place);
  } catch (error) {
    await rm(draft, { force: true });
    throw new PasswdError('system', `${file} can't be written: ${(error as Error).message}`);
  }
}
