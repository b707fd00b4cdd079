import { chmod, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { ReadStream } from 'node:tty';
import { folded } from '../handle.js';
import { accountsIn, lineOf, newAccount } from './account-file.js';

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
 * replaced as a whole, so that a board never reads half of it; a new one is its owner's alone.
 *
 * @returns What was done: `added` or `changed`.
 * @throws {@link PasswdError} when the file has a line that is no account, or can't be written.
 */
export async function setPassword(
  file: string,
  handle: string,
  password: string,
): Promise<'added' | 'changed'> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw new PasswdError('system', `${file} can't be read: ${error.message}`);
  });
  const { accounts, problems } = accountsIn(text);
  if (problems.length > 0) throw new PasswdError('file', `${file} ${problems[0]}`);

  const known = accounts.get(folded(handle));
  const line = lineOf(await newAccount(known?.handle ?? handle, password));
  const ending = text === '' || text.endsWith('\n') ? '' : '\n';
  const changed = known
    ? text.replace(/^[^\r\n]+/gm, (other) => (other.trim() === lineOf(known) ? line : other))
    : `${text}${ending}${line}\n`;
  await replace(file, changed);
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
  const lines = createInterface({ input, output, terminal: atTerminal });
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

async function replace(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}.new`;
  try {
    await writeFile(draft, text, { mode: 0o600, flag: 'wx' });
    const was = await stat(file).catch(() => null);
    if (was) await chmod(draft, was.mode & 0o777);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw new PasswdError('system', `${file} can't be written: ${(error as Error).message}`);
  }
}
