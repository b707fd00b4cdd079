import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { packageFolder, run } from './cache.js';

const TYPESCRIPTS = ['5.0', '5.5', '5.9', '6', '7'];
const MODES = [
  { name: 'node16', module: 'node16' },
  { name: 'nodenext', module: 'nodenext' },
  { name: 'bundler', module: 'esnext', moduleResolution: 'bundler' },
];
const ENTRIES = {
  'impulse-bbs': 'lib',
  'impulse-bbs/streams': 'streams',
  'impulse-bbs/testing': 'lib/testing',
};

/** Returns the names of the types that an entry exports and that need no type argument. */
function typesOf(declarations: string): string[] {
  const program = ts.createProgram([declarations], { module: ts.ModuleKind.NodeNext, types: [] });
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(declarations);
  const symbol = file && checker.getSymbolAtLocation(file);
  return (symbol ? checker.getExportsOfModule(symbol) : [])
    .map((found) => (found.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(found) : found))
    .filter(({ flags }) => flags & ts.SymbolFlags.Type)
    .filter(({ declarations = [] }) =>
      declarations.every(
        (one) =>
          !(ts.isInterfaceDeclaration(one) || ts.isTypeAliasDeclaration(one) || ts.isClassDeclaration(one)) ||
          (one.typeParameters ?? []).every((parameter) => parameter.default),
      ),
    )
    .map(({ name }) => name);
}

/**
 * A program that uses the package, and asserts for each exported type and value that neither it nor one of its
 * members is `any`, nor what a method of it returns or takes, nor what its Promise or Observable has. The
 * helpers `cold` and `hot` are RxJS's own, and have `any`.
 */
function consumer(root: string): string {
  const entries = Object.entries(ENTRIES).map(([name, folder], index) => {
    const types = typesOf(join(root, 'dist', folder, 'index.d.ts'));
    return `import * as entry${index} from '${name}';
export const values${index}: never[] = [] as AnyIn<typeof entry${index}>[];
${types.map((type) => `export const ${type}${index}: never[] = [] as AnyIn<entry${index}.${type}>[];`).join('\n')}`;
  });
  return `import { createImpulse } from 'impulse-bbs';
import { type Observable, map } from 'rxjs';
type IsAny<T> = 0 extends 1 & T ? true : false;
type Has<T> = IsAny<T> extends true ? true
  : T extends (...all: infer P) => infer R ? AnyOf<P> | Within<R> : Within<T>;
type Within<T> = IsAny<T> extends true ? true
  : T extends Promise<infer V> ? IsAny<V> : T extends Observable<infer V> ? IsAny<V>
  : T extends readonly (infer V)[] ? IsAny<V> : false;
type AnyOf<P extends readonly unknown[]> = { [I in keyof P]: IsAny<P[I]> }[number];
type AnyIn<T> = IsAny<T> extends true ? 'any' : T extends Observable<infer V> ? (IsAny<V> extends true ? 'any' : never) : T extends string | number | symbol | readonly unknown[] | Uint8Array ? never
  : T extends (...all: never) => unknown ? (Has<T> extends true ? 'call' : never)
  : { [K in Exclude<keyof T, 'cold' | 'hot'>]-?: true extends Has<T[K]> ? K : never }[Exclude<keyof T, 'cold' | 'hot'>];
${entries.join('\n')}
const board = createImpulse({ port: 0, maxSessions: 2, app: ({ line$ }) => line$.pipe(map((line) => line + '\\n')) });
board.start().then(({ port }) => port.toFixed());
board.event$.subscribe((event) => event.type === 'sessionClosed' && event.durationMs.toFixed());
`;
}

export interface TypesRow {
  readonly typescript: string;
  readonly mode: string;
  /** skipLibCheck off and on, each with exactOptionalPropertyTypes off and on: an empty text, or the first error. */
  readonly errors: readonly string[];
}

/** Compiles the consumer in a folder with the package: each TypeScript, each module mode, each pair of settings. */
export async function checkTypes(home: string, tell: (text: string) => void): Promise<TypesRow[]> {
  const text = consumer(join(home, 'node_modules/impulse-bbs'));
  const rows: TypesRow[] = [];
  for (const typescript of TYPESCRIPTS) {
    const compiler = await packageFolder('typescript', typescript);
    const { version } = JSON.parse(readFileSync(join(compiler, 'package.json'), 'utf8'));
    for (const { name, ...module } of MODES) {
      const errors: string[] = [];
      for (const skipLibCheck of [false, true]) {
        for (const exactOptionalPropertyTypes of [false, true]) {
          tell(`TypeScript ${version}, ${name}`);
          const folder = join(home, 'types');
          mkdirSync(folder, { recursive: true });
          writeFileSync(join(folder, 'consumer.ts'), text);
          const compilerOptions = {
            ...module,
            target: 'es2022',
            strict: true,
            noEmit: true,
            types: [],
            skipLibCheck,
            exactOptionalPropertyTypes,
          };
          writeFileSync(
            join(folder, 'tsconfig.json'),
            JSON.stringify({ compilerOptions, files: ['consumer.ts'] }),
          );
          const { ok, output } = await run(process.execPath, [join(compiler, 'bin/tsc'), '-p', '.'], folder);
          errors.push(ok ? '' : (output.split('\n')[0] ?? 'failed'));
        }
      }
      rows.push({ typescript: version, mode: name, errors });
    }
  }
  return rows;
}
