/** Compiles the tree with edits, each time into a folder of its own. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { applyEdit, type Edit } from '../edit.js';

const HOUSE = fileURLToPath(new URL('../..', import.meta.url));
const FOLDER = mkdtempSync(join(tmpdir(), 'impulse-ablate-'));
process.once('exit', () => rmSync(FOLDER, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const { fileNames, options, errors } = ts.parseJsonConfigFileContent(
  ts.readConfigFile(join(HOUSE, 'tsconfig.build.json'), ts.sys.readFile).config,
  ts.sys,
  HOUSE,
  // What an edit leaves unused is no fault.
  { declaration: false, declarationMap: false, noUnusedLocals: false, noUnusedParameters: false },
);
if (errors.length > 0) throw new Error(text(errors));

const parsed = new Map<string, ts.SourceFile | undefined>();
let program: ts.Program | undefined;

/**
 * Compiles the tree with these edits. Returns the folder, which has a `dist` and all that the benches need.
 *
 * @throws If an edit doesn't apply exactly once, or the edited tree doesn't compile.
 */
export function compile(name: string, edits: readonly Edit[]): string {
  const edited = applied(edits);
  const tree = join(FOLDER, name);
  const host = ts.createCompilerHost(options);
  const { getSourceFile, writeFile } = host;
  host.getSourceFile = (file, target) => {
    const changed = edited.get(file);
    if (changed !== undefined) return ts.createSourceFile(file, changed, target);
    // Parsed once for all trees.
    if (!parsed.has(file)) parsed.set(file, getSourceFile(file, target));
    return parsed.get(file);
  };
  program = ts.createProgram(fileNames, options, host, program);
  const wrong = ts.getPreEmitDiagnostics(program);
  if (wrong.length > 0) throw new Error(`${name} doesn't compile: ${text(wrong)}`);
  program.emit(undefined, (file, ...more) => writeFile(file.replace(HOUSE, `${tree}/`), ...more));
  for (const part of ['package.json', 'bench/speed', 'bench/ablate'])
    cpSync(join(HOUSE, part), join(tree, part), { recursive: true });
  symlinkSync(join(HOUSE, 'node_modules'), join(tree, 'node_modules'));
  return tree;
}

/** The edited files' texts. */
function applied(edits: readonly Edit[]): Map<string, string> {
  const edited = new Map<string, string>();
  for (const edit of edits) {
    const path = join(HOUSE, edit.file);
    edited.set(path, applyEdit(edited.get(path) ?? readFileSync(path, 'utf8'), edit));
  }
  return edited;
}

function text(diagnostics: readonly ts.Diagnostic[]): string {
  return ts.formatDiagnostics(diagnostics, {
    getCanonicalFileName: (file) => file,
    getCurrentDirectory: () => HOUSE,
    getNewLine: () => '\n',
  });
}
