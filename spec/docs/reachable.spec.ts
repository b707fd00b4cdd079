import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { ENTRIES, exportsOf, publicProgram } from '../support/public-api.js';

const ROOT = resolve(import.meta.dirname, '../..');

/** These pages are about the past. Readers don't look there for what to use. */
const PAST = new Set(['decisions.md', 'migration.md']);

/** The names in code of the guides: in examples, and between backquotes. */
function namesIn(texts: readonly string[]): Set<string> {
  const code = texts.flatMap((text) => text.match(/^```.*?^```$|`[^`\n]+`/gms) ?? []);
  return new Set(code.flatMap((part) => part.match(/[\w$]+/g) ?? []));
}

const guides = readdirSync(join(ROOT, 'docs'))
  .filter((name) => name.endsWith('.md') && !PAST.has(name))
  .map((name) => readFileSync(join(ROOT, 'docs', name), 'utf8'));

/**
 * Returns the exported names that no guide leads to: values that no guide names, and types that neither a guide nor the
 * declaration of a name that is reached names.
 */
function unreachable(program: ts.Program, named: ReadonlySet<string>) {
  const symbols = new Map(ENTRIES.flatMap((entry) => [...exportsOf(program, entry)]));
  const reached = new Set([...symbols.keys()].filter((name) => named.has(name)));
  // A set grows while it is iterated over, so this follows types of types.
  for (const name of reached) {
    const visit = (node: ts.Node): void => {
      if (ts.isIdentifier(node) && symbols.has(node.text)) reached.add(node.text);
      // The reference shows signatures. What a body uses isn't in it.
      if (!ts.isBlock(node)) ts.forEachChild(node, visit);
    };
    for (const declaration of symbols.get(name)?.declarations ?? []) visit(declaration);
  }
  const lost = [...symbols].filter(
    ([name, { flags }]) => !(flags & ts.SymbolFlags.Value ? named : reached).has(name),
  );
  return lost.map(([name]) => name);
}

describe('the guides', () => {
  let program: ts.Program;
  beforeAll(() => {
    program = publicProgram();
  });

  it('lead to each public name: values are in a guide, types in one or in the reference of a name that is', () => {
    expect(unreachable(program, namesIn(guides))).toEqual([]);
  });

  it('would not lead to a name that they leave out', () => {
    const named = namesIn(guides);
    for (const name of ['throttle', 'simulatedClock']) named.delete(name);
    expect(unreachable(program, named).toSorted()).toEqual([
      'SharedClock',
      'SimulatedClock',
      'simulatedClock',
      'throttle',
    ]);
  });
});
