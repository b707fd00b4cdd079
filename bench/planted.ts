/**
 * Tests the simulation: plants typical bugs, one at a time, in a copy of the board, and simulates days until
 * each is found. Prints the seed, the violation, and the fewest callers that cause it; exits with 1 if a bug
 * isn't found.
 *
 *     npm run planted -- [NAME ...]
 *     npm run planted -- --check    only whether each bug can be planted in the tree as it is
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUGS, type Bug } from './bugs.js';
import { applyEdit } from './edit.js';

const HOUSE = fileURLToPath(new URL('..', import.meta.url));
const SEEDS = 200;
const HOURS = 6;
const PATIENCE_MS = 180_000;

/** Makes a copy of the board, with this bug in it. */
function plant(bug: Bug, copy: string): void {
  for (const part of ['bench', 'lib', 'streams', 'package.json', 'tsconfig.json'])
    cpSync(join(HOUSE, part), join(copy, part), { recursive: true });
  symlinkSync(join(HOUSE, 'node_modules'), join(copy, 'node_modules'));
  const file = join(copy, bug.file);
  writeFileSync(file, applyEdit(readFileSync(file, 'utf8'), bug));
}

/** What the simulation says of it; the end of its first report. */
function report(bug: Bug): string {
  const copy = mkdtempSync(join(tmpdir(), 'impulse-planted-'));
  try {
    plant(bug, copy);
    const simulation = ['--import', 'tsx', 'bench/simulate.ts', '--until-wrong'];
    const { stdout, stderr, error } = spawnSync(
      process.execPath,
      [...simulation, '--seeds', `${SEEDS}`, '--hours', `${HOURS}`],
      { cwd: copy, encoding: 'utf8', timeout: PATIENCE_MS },
    );
    if (error) return `not found: ${error.message}`;
    const [, seed, said] = /^seed (\d+): \S+ (.*)$/m.exec(stdout) ?? [];
    const [, few, all] = /^with (\d+) of its (\d+) callers/m.exec(stdout) ?? [];
    if (seed !== undefined) return `seed ${seed}, ${few} of ${all} callers: ${said}`;
    if (stdout.includes('unhandled error')) return 'unhandled error';
    return stdout.includes(' seeds of ')
      ? 'not found'
      : `not found, it breaks down: ${/^.*Error.*$/m.exec(stderr)?.[0]}`;
  } finally {
    rmSync(copy, { recursive: true });
  }
}

/** Whether a bug has one place in the tree, and changes something there. */
function canBePlanted(bug: Bug): boolean {
  const text = readFileSync(join(HOUSE, bug.file), 'utf8');
  try {
    return applyEdit(text, bug) !== text;
  } catch {
    return false;
  }
}

const names = process.argv.slice(2);
if (names.includes('--check')) {
  const wrong = BUGS.filter((bug) => !canBePlanted(bug)).map(({ name, file }) => `${name} (${file})`);
  console.log(
    wrong.length === 0 ? `${BUGS.length} bugs can be planted` : `can't be planted: ${wrong.join(', ')}`,
  );
  process.exit(wrong.length === 0 ? 0 : 1);
}
const unknown = names.filter((name) => !BUGS.some((bug) => bug.name === name));
if (unknown.length > 0) {
  console.error(`no such bug: ${unknown.join(', ')}; there are ${BUGS.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
const planted = BUGS.filter(({ name }) => names.length === 0 || names.includes(name));
let found = 0;
for (const bug of planted) {
  const said = report(bug);
  if (!said.startsWith('not found')) found += 1;
  console.log(`${bug.name.padEnd(28)}${said}`);
}
console.log(`${found} of ${planted.length} found`);
process.exitCode = found === planted.length ? 0 : 1;
