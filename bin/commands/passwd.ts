import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Observable } from 'rxjs';
import { handleOf } from '../../lib/accounts/handle.js';
import { addKey, askPassword, PasswdError, setPassword } from '../../lib/accounts/passwd.js';
import { readPublicKey } from '../../lib/accounts/public-key.js';
import { ConfigError, findSetting } from '../../lib/config/config.js';
import { flag, SETTINGS, variable } from '../../lib/config/settings.js';
import { distrust } from '../../lib/operations/control/distrust.js';
import { messageOf } from '../../lib/text/message-of.js';
import type { AddCommand } from '../command.js';
import { withExamples } from '../examples.js';
import { ABORTED, OK } from '../exit-codes.js';
import { oneLine } from '../one-line.js';

const PASSWD_HELP = `
Asks for the password twice at a terminal. Otherwise it reads the password from
the first line of the input.`;

/** `impulse passwd` */
export const passwdCommand: AddCommand = (program, { signal$, exitWith }) => {
  const command = program
    .command('passwd')
    .description('create an account, or change its password, in the file of --passwords')
    .argument('<handle>', 'the handle: 2 to 20 letters of one alphabet, digits, spaces, or . - _')
    .option(`${flag(SETTINGS.passwords)} <file>`, SETTINGS.passwords.description)
    .option(
      '--key <file>',
      'add a public key for SSH (a file like ~/.ssh/id_ed25519.pub) to an account that exists',
    )
    .addHelpText('after', PASSWD_HELP)
    .action(async (typed: string, flags: { passwords?: string; key?: string }) => {
      const { value: file, source } = findSetting(SETTINGS.passwords, {
        flags,
        env: process.env,
        cwd: process.cwd(),
      });
      const problem = source.startsWith('.env') ? distrust(resolve('.env'), null) : null;
      if (problem) throw new ConfigError([`${problem}; name the file with ${flag(SETTINGS.passwords)}`]);
      const handle = handleOf(typed);
      if (file === 'off')
        program.error(
          `passwd needs a file: ${flag(SETTINGS.passwords)} FILE, or ${variable(SETTINGS.passwords)}`,
        );
      else if (!handle)
        program.error(
          `'${typed}' is not a handle: use 2 to 20 letters of one alphabet, digits, spaces, or . - _`,
        );
      else if (flags.key !== undefined) exitWith(await addKeyOf(flags.key, file, handle));
      else exitWith(await passwd(file, handle, signal$));
    });
  withExamples(command, {
    'impulse passwd ann --passwords accounts': 'asks for a password, and saves it in the file accounts',
    'impulse passwd ann --passwords accounts --key ann.pub': 'lets ann in by her SSH key as well',
    'impulse serve --passwords accounts': 'admits callers with an account in that file',
  });
};

async function addKeyOf(keyFile: string, file: string, handle: string): Promise<number> {
  let key: string;
  try {
    key = readPublicKey(await readFile(keyFile, 'utf8'));
  } catch (error) {
    throw new PasswdError('usage', `${keyFile} can't be used as a key: ${messageOf(error)}`);
  }
  await addKey(file, handle, key);
  process.stdout.write(`${handle}: key added to ${oneLine(file)}\n`);
  return OK;
}

async function passwd(file: string, handle: string, signal$: Observable<NodeJS.Signals>): Promise<number> {
  const stopped = new AbortController();
  const stop = signal$.subscribe(() => stopped.abort());
  try {
    const password = await askPassword(process.stdin, (text) => process.stderr.write(text), stopped.signal);
    if (password === null) return ABORTED;
    const done = await setPassword(file, handle, password);
    const what = done === 'added' ? 'added to' : 'password changed in';
    process.stdout.write(`${handle}: ${what} ${oneLine(file)}\n`);
    return OK;
  } finally {
    stop.unsubscribe();
  }
}
