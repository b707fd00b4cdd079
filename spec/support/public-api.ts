import { join, resolve } from 'node:path';
import ts from 'typescript';

const ROOT = resolve(import.meta.dirname, '../..');

/** The entry points of the package. */
export const ENTRIES = ['lib/index.ts', 'streams/index.ts', 'lib/testing/index.ts'] as const;

export type Entry = (typeof ENTRIES)[number];

/** Compiles the entry points, with the options of the project. */
export function publicProgram(): ts.Program {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  return ts.createProgram(
    ENTRIES.map((entry) => join(ROOT, entry)),
    options,
  );
}

/** Returns what an entry exports, by name. A name that is exported again stands for what it was first. */
export function exportsOf(program: ts.Program, entry: Entry): Map<string, ts.Symbol> {
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(join(ROOT, entry));
  const module = file && checker.getSymbolAtLocation(file);
  return new Map(
    (module ? checker.getExportsOfModule(module) : []).map((found) => [
      found.name,
      found.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(found) : found,
    ]),
  );
}
