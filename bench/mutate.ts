/**
 * Tests the specs: changes streams/ in one place at a time, and counts how often a spec fails.
 *
 *     npm run mutate                              # all of streams/; with two jobs half an hour
 *     npm run mutate -- streams/admission/admit.ts --jobs 2
 *
 * A mutant is tried on the spec of its file's name first, and then on every other of spec/streams that
 * imports the file, in a copy of the tree and a fresh process each. Exits with 1 if fewer than `--least`
 * percent are noticed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import ts from 'typescript';
import { type Mutant, mutants } from './mutants.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { jobs: { type: 'string', default: '1' }, least: { type: 'string', default: '90' } },
});

const all = (folder: string, ending: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));
const files = positionals.length > 0 ? positionals : all('streams', '.ts');
const specs = all('spec/streams', '.spec.ts');

// Compiled once, the specs need no tsx, and start in half the time.
const js = (file: string) => file.replace(/\.ts$/, '.js');
const plainJs = (text: string) =>
  ts.transpileModule(text, {
    compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext },
  }).outputText;

/** Every file that a file needs in order to run. */
function needs(file: string, seen = new Set<string>()): Set<string> {
  for (const { fileName } of ts.preProcessFile(readFileSync(file, 'utf8')).importedFiles) {
    const imported = join(dirname(file), fileName.replace(/\.js$/, '.ts'));
    if (!fileName.startsWith('.') || !imported.endsWith('.ts') || seen.has(imported)) continue;
    seen.add(imported);
    needs(imported, seen);
  }
  return seen;
}
const needsOf = new Map(specs.map((spec) => [spec, needs(spec)]));

const copies: string[] = [];
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const run of running) run.kill('SIGKILL');
  for (const copy of copies) rmSync(copy, { recursive: true });
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

function copyOfTheTree(): string {
  const copy = mkdtempSync(join(tmpdir(), 'mutate-'));
  copies.push(copy);
  for (const part of ['lib', 'streams', 'spec', 'package.json'])
    cpSync(part, join(copy, part), { recursive: true });
  for (const part of ['lib', 'streams', 'spec'])
    for (const file of all(part, '.ts'))
      writeFileSync(join(copy, js(file)), plainJs(readFileSync(file, 'utf8')));
  const config = 'spec/support/jasmine.mjs';
  writeFileSync(join(copy, config), readFileSync(config, 'utf8').replaceAll('.ts', '.js'));
  symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
  return copy;
}

const JASMINE = 'node_modules/jasmine/bin/jasmine.js --config=spec/support/jasmine.mjs --fail-fast'.split(
  ' ',
);

/** Whether the specs pass in the copy. One that doesn't come to an end in time doesn't, either. */
function pass(copy: string, which: readonly string[], timeout: number): Promise<boolean> {
  const args = ['--max-old-space-size=512', ...JASMINE, ...which.map(js)];
  const run = spawn('node', args, { cwd: copy, stdio: 'ignore', timeout, killSignal: 'SIGKILL' });
  running.add(run);
  return new Promise((done) =>
    run.once('close', (code) => {
      running.delete(run);
      done(code === 0);
    }),
  );
}

/** How long specs may take before they are taken for hung: three times what they take unbroken. */
async function patience(copy: string, which: readonly string[]): Promise<number> {
  const from = performance.now();
  if (!(await pass(copy, which, 300_000))) throw new Error(`fails without a mutant: ${which}`);
  return Math.ceil(3000 + 3 * (performance.now() - from));
}

const trees = Array.from({ length: Number(values.jobs) }, copyOfTheTree);
const [first = ''] = trees;
const restMs = await patience(first, specs);
const percent = (part: number, whole: number) => `${((100 * part) / (whole || 1)).toFixed(1).padStart(5)} %`;
let [made, killed] = [0, 0];

for (const file of files) {
  const text = readFileSync(file, 'utf8');
  const reaching = specs.filter((spec) => needsOf.get(spec)?.has(file));
  const isOwn = (spec: string) => basename(spec) === `${basename(file, '.ts')}.spec.ts`;
  const own = reaching.filter(isOwn);
  const others = reaching.filter((spec) => !isOwn(spec));
  const ownMs = own.length > 0 ? await patience(first, own) : 0;

  const todo = mutants(file, text);
  const count = todo.length;
  const survivors: Mutant[] = [];
  const work = async (copy: string) => {
    for (let mutant = todo.pop(); mutant; mutant = todo.pop()) {
      if (process.stderr.isTTY) process.stderr.write(`\r${file}: ${todo.length} left \x1b[K`);
      writeFileSync(join(copy, js(file)), plainJs(mutant.text));
      if (own.length > 0 && !(await pass(copy, own, ownMs))) continue;
      if (others.length > 0 && !(await pass(copy, others, restMs))) continue;
      survivors.push(mutant);
    }
    writeFileSync(join(copy, js(file)), plainJs(text));
  };
  await Promise.all(trees.map(work));

  if (count === 0) continue;
  made += count;
  killed += count - survivors.length;
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  console.log(
    `${percent(count - survivors.length, count)}  ${file}, ${count - survivors.length} of ${count}`,
  );
  for (const { line, was, is } of survivors.sort((one, other) => one.line - other.line))
    console.log(`         ${file}:${line}  ${was}  →  ${is}`);
}

console.log(`${percent(killed, made)}  in all, ${killed} of ${made}`);
process.exitCode = (100 * killed) / (made || 1) < Number(values.least) ? 1 : 0;
