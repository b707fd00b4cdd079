import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PATIENCE_MS } from './caller.js';
import { inTmux, type Person, works } from './pty.js';

/** Whether a program is installed. */
export const has = (program: string): boolean => works(`command -v ${program}`);

function output(program: string, args: string[], cwd: string): string[] {
  const { stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8', timeout: PATIENCE_MS });
  if (stderr) throw new Error(stderr);
  return stdout.split('\n').filter((line) => line !== '');
}

/** Returns bash's completions of the last word, in a folder. */
export function bashOffers(script: string, words: readonly string[], cwd: string): string[] {
  const program = `${script}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_impulse 2>/dev/null
printf '%s\\n' "\${COMPREPLY[@]}"`;
  return output('bash', ['--norc', '-c', program, 'bash', ...words], cwd);
}

/** Returns fish's completions of a line, with their descriptions. */
export function fishOffers(script: string, line: string, cwd: string): string[] {
  return output('fish', ['--no-config', '-c', `${script}\ncomplete -C "$argv[1]"`, line], cwd);
}

/** Opens a shell with a completion script, in a folder. */
export async function inShell(shell: 'bash' | 'zsh', script: string, cwd: string): Promise<Person> {
  const file = join(cwd, 'completion');
  writeFileSync(file, script);
  const person = inTmux(`sh -c 'cd ${cwd}; exec ${{ bash: 'bash --norc', zsh: 'zsh -f' }[shell]}'`);
  const prepare = shell === 'zsh' ? 'autoload -U compinit; compinit -D; ' : '';
  person.types(`PS1='$ '; ${prepare}source ./completion; clear; echo lo''aded\r`);
  await person.sees('loaded');
  return person;
}
