import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';

const ROOT = resolve(import.meta.dirname, '../..');

/** Every example in the documents and in the doc comments, under the name of a file that could be it. */
function examples(): Map<string, string> {
  const documents = ['README.md', 'CONTRIBUTING.md', ...filesIn('docs', '.md')];
  const sources = [...filesIn('lib', '.ts'), ...filesIn('streams', '.ts')];
  const found = new Map<string, string>();
  for (const path of [...documents, ...sources]) {
    const text = readFileSync(join(ROOT, path), 'utf8');
    const blocks = text.matchAll(/^(?<indent>[ *]*)```ts\n(?<code>.*?)^[ *]*```$/gms);
    for (const [index, { groups }] of [...blocks].entries()) {
      const inComment = groups?.indent?.includes('*');
      const code = (groups?.code ?? '').replaceAll(inComment ? /^ *\* ?/gm : /^$/g, '');
      found.set(join(ROOT, `${path}.${index}.ts`), `${code}\nexport {};\n`);
    }
  }
  return found;
}

function filesIn(folder: string, ending: string): string[] {
  return readdirSync(join(ROOT, folder), { encoding: 'utf8', recursive: true })
    .filter((name) => name.endsWith(ending) && !name.endsWith('.d.ts'))
    .map((name) => join(folder, name));
}

/** What the compiler has to say of the examples, each as if it stood in the root of this package. */
function complaints(files: Map<string, string>): string[] {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path) ?? readFile(path);
  host.getSourceFile = (path, version, ...rest) => {
    const code = files.get(path);
    if (code === undefined) return getSourceFile(path, version, ...rest);
    const language = typeof version === 'object' ? version : { languageVersion: version };
    return ts.createSourceFile(path, code, { ...language, impliedNodeFormat: ts.ModuleKind.ESNext });
  };
  const paths = {
    'impulse-bbs': [join(ROOT, 'lib/index.ts')],
    'impulse-bbs/testing': [join(ROOT, 'lib/testing/index.ts')],
  };
  const program = ts.createProgram(
    [...files.keys(), join(ROOT, 'lib/telnet/telnetlib.d.ts')],
    { ...options, paths, noUnusedLocals: false },
    host,
  );
  return ts
    .getPreEmitDiagnostics(program)
    .map(
      ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    );
}

describe('the documents', () => {
  it('have examples that compile, and a wrong one would not', () => {
    const found = examples();
    expect(found.size).toBeGreaterThan(8);
    found.set(join(ROOT, 'wrong.ts'), "import { nobody } from 'impulse-bbs';\nnobody();\n");

    expect(complaints(found)).toEqual([jasmine.stringMatching(/wrong\.ts: .*no exported member 'nobody'/)]);
  });
});
