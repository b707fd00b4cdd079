import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { call } from '../support/caller.js';
import { temporaryFolder, writeAccounts } from '../support/cheap-accounts.js';
import {
  cleanEnv,
  type Ended,
  ended,
  IMPULSE,
  impulse,
  OPEN_DOOR,
  startBoard,
  stopAll,
} from '../support/cli.js';
import { atTerminal, leaveAll, works } from '../support/pty.js';

describe('accounts', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let file: string;
  beforeEach(() => {
    folder = temporaryFolder();
    file = join(folder.path, 'accounts');
  });
  afterEach(async () => {
    stopAll();
    await leaveAll();
    folder.remove();
  });

  /** Runs impulse with this input. */
  const fed = (input: string, ...args: string[]): Promise<Ended> => {
    const child = spawn(process.execPath, [IMPULSE, ...args], { env: cleanEnv(), cwd: folder.path });
    child.stdin.end(input);
    return ended(child);
  };

  it('are created by impulse passwd, and let their owners in', async () => {
    const made = await fed('correct horse\n', 'passwd', 'Ann', '--passwords', file);
    expect([made.code, made.stdout]).toEqual([0, `Ann: added to ${file}\n`]);
    const board = await startBoard(['--passwords', file]);
    const caller = await call(board.port);
    await caller.hears('Handle: ');
    caller.says('ann\r\ncorrect horse\r\n');
    await caller.hears('Welcome, Ann!');
    expect((await board.logs('sessionAuthenticated')).handle).toBe('Ann');
    caller.hangUp();
  });

  it('are all kept when six are created at the same time', async () => {
    const handles = ['ann', 'bob', 'eve', 'joe', 'kim', 'max'];
    const made = await Promise.all(
      handles.map((handle) => fed('correct horse\n', 'passwd', handle, '--passwords', file)),
    );
    expect(made.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0]);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => line.split(':')[0]).sort()).toEqual(handles);
    expect(readdirSync(folder.path)).toEqual(['accounts']);
  });

  it('block an address for a while after three wrong passwords', async () => {
    await writeAccounts(file, { ann: 'correct horse' });
    const board = await startBoard(['--passwords', file]);
    const caller = await call(board.port);
    caller.says('ann\r\n1\r\nann\r\n2\r\nnobody\r\n3\r\n');
    expect(await caller.gone).toContain('Login failed. Goodbye!');
    expect((await board.logs('addressPenalised')).offence).toBe('login-failed');
    const again = await call(board.port);
    expect(await again.gone).toContain('Your address is blocked for a while.');
  });

  it('are read from the named file; without one there are no accounts, and an invalid one is reported', async () => {
    const unset = await impulse(['passwd', 'ann']);
    expect(unset.code).toBe(2);
    expect(unset.stderr).toMatch(
      /^impulse: passwd needs a file: --passwords FILE, or IMPULSE_PASSWORDS;.*\n$/,
    );

    const badHandle = await impulse(['passwd', 'a\x1bn'], { env: { IMPULSE_PASSWORDS: file } });
    expect(badHandle.code).toBe(2);

    const missing = await impulse(['serve', '--passwords', file, ...OPEN_DOOR]);
    expect(missing.code).toBe(78);
    expect(missing.stderr).toContain(`${file}: no such file or directory`);

    const short = await fed('short\n', 'passwd', 'ann', '--passwords', file);
    expect([short.code, short.stderr]).toEqual([2, 'impulse: a password must have 8 to 128 characters\n']);
  });

  it('are created with a password asked twice at a terminal, and never shown', async () => {
    if (!works('command -v script')) pending('script (Debian: bsdutils)');
    const person = await atTerminal(`${process.execPath} ${IMPULSE} passwd ann --passwords ${file}`);
    await person.sees('Password: ');
    person.types('correct hprse\x7f\x7f\x7f\x7forse\r');
    await person.sees('Repeat it: ');
    person.types('correct horse\r');
    const screen = await person.sees('added to');
    expect(screen).not.toContain('orse');
    await person.left;
    expect(readFileSync(file, 'utf8')).toMatch(/^ann:scrypt:32768:8:1:/);
  });

  it("are created without history for the second question, so that a key can't recall the password", async () => {
    if (!works('command -v script')) pending('script (Debian: bsdutils)');
    const person = await atTerminal(`${process.execPath} ${IMPULSE} passwd ann --passwords ${file}`);
    await person.sees('Password: ');
    person.types('correct horse\r');
    await person.sees('Repeat it: ');
    person.types('\x1b[A\r');
    await person.sees("the passwords don't match");
    await person.left;
    expect(() => readFileSync(file)).toThrow();
  });

  it('stay as they are after Ctrl-C', async () => {
    if (!works('command -v script')) pending('script (Debian: bsdutils)');
    const person = await atTerminal(
      `sh -c '${process.execPath} ${IMPULSE} passwd ann --passwords ${file}; echo code $?; stty -a'`,
    );
    await person.sees('Password: ');
    person.types('correct\x03');
    const screen = await person.sees('isig');
    expect(screen).toContain('code 130');
    expect(screen).toMatch(/[^-]isig[\s\S]*[^-]echo /);
    expect(() => readFileSync(file)).toThrow();
  });
});
