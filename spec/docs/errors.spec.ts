import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';

const ROOT = resolve(import.meta.dirname, '../..');
const guide = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8');

/** Returns the exported error classes with their codes; none where any text is a code. */
function errorClasses(): Map<string, string[]> {
  const path = join(ROOT, 'lib/index.ts');
  const program = ts.createProgram([path], {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    types: ['node'],
  });
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(path) as ts.Node) as ts.Symbol;
  const classes = checker
    .getExportsOfModule(module)
    .map((found) => (found.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(found) : found))
    .filter(({ flags }) => flags & ts.SymbolFlags.Class);
  return new Map(
    classes.map((found) => {
      const code = checker.getDeclaredTypeOfSymbol(found).getProperty('code');
      const type = code && checker.getTypeOfSymbol(code);
      const codes = type?.isUnion() ? type.types : type?.isStringLiteral() ? [type] : [];
      return [found.name, codes.map((literal) => (literal as ts.StringLiteralType).value).toSorted()];
    }),
  );
}

describe('docs/errors.md', () => {
  it('has a row for each error class and each of its codes', () => {
    const rows = new Map<string, string[]>();
    let name = '';
    for (const [, cell = '', codes = ''] of guide.matchAll(/^\| (`\w+`)? ?\| ([^|]+) \| /gm)) {
      name = cell.replaceAll('`', '') || name;
      const known = rows.get(name) ?? [];
      rows.set(
        name,
        known.concat([...codes.matchAll(/^`([A-Z_]+)`$/g)].map(([, code = '']) => code)).toSorted(),
      );
    }
    expect(rows).toEqual(errorClasses());
  });
});
