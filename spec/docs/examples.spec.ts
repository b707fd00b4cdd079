import { spawn } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { connectionContract } from '../../lib/testing/connection-contract.js';
import { temporaryFolder } from '../support/cheap-accounts.js';
import { ended } from '../support/cli.js';
import { examples, isTest } from '../support/examples.js';

const ROOT = resolve(import.meta.dirname, '../..');

/** The time limit for all examples together. */
const PATIENCE_MS = 120_000;

/** The source files of what an example may import. */
const PATHS = {
  'impulse-bbs': [join(ROOT, 'lib/index.ts')],
  'impulse-bbs/streams': [join(ROOT, 'streams/index.ts')],
  'impulse-bbs/testing': [join(ROOT, 'lib/testing/index.ts')],
};

/** Compiles the examples as files in the root of this package. Returns the compiler's errors. */
function complaints(found: Map<string, string>): string[] {
  const files = new Map([...found].map(([name, code]) => [join(ROOT, `${name}.ts`), code]));
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
  const program = ts.createProgram(
    [...files.keys(), join(ROOT, 'lib/transports/telnet/telnetlib.d.ts')],
    { ...options, paths: PATHS, noUnusedLocals: false },
    host,
  );
  return ts
    .getPreEmitDiagnostics(program)
    .map(
      ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    );
}

/** Creates a folder with the examples, where the package's boards listen on any free port. */
function folderOf(files: Map<string, string>) {
  const folder = temporaryFolder();
  const paths = { ...PATHS, 'impulse-bbs': [join(ROOT, 'spec/support/board-for-examples.ts')] };
  const options = { module: 'NodeNext', target: 'ES2023', paths };
  writeFileSync(join(folder.path, 'tsconfig.json'), JSON.stringify({ compilerOptions: options }));
  writeFileSync(join(folder.path, 'package.json'), '{ "type": "module" }');
  symlinkSync(join(ROOT, 'node_modules'), join(folder.path, 'node_modules'));
  for (const [name, code] of files) writeFileSync(join(folder.path, name), code);
  return folder;
}

/** Makes an example run in another folder: resolves relative imports, and exports its apps so that they can be run. */
const runnable = (name: string, code: string) =>
  code
    .replaceAll(
      /from '\.\/(\S+\.md\.\d+)\.js'/g,
      (_, other) => `from './${fileOf(join(dirname(name), other), '.mjs')}'`,
    )
    .replaceAll(/from '\.\/(?!\S+\.mjs')/g, `from '${join(ROOT, dirname(name))}/`)
    .replace(/^const (?=\w+: (?:App|Authenticator) =)/gm, 'export const ');

/** Runs the examples by `node`, with tsx. */
async function ran(files: Map<string, string>, args: (folder: string) => string[]) {
  const { path, remove } = folderOf(files);
  const end = await ended(
    spawn(process.execPath, ['--import', TSX, ...args(path)], { cwd: path, timeout: PATIENCE_MS }),
  );
  remove();
  return end;
}
const TSX = import.meta.resolve('tsx');

const fileOf = (name: string, ending: string) => `${name.replaceAll('/', '+')}${ending}`;

/** The number of tests in an example: its own, and those of the contract that it keeps. */
function testsIn(example: string): number {
  const own = example.match(/^test\(/gm) ?? [];
  const contracts = example.match(/^connectionContract\(test,/gm) ?? [];
  let rules = 0;
  connectionContract(
    () => {
      rules += 1;
    },
    () => Promise.reject(),
  );
  return own.length + contracts.length * rules;
}

describe('the documents', () => {
  it('have examples that compile; a wrong one would not', () => {
    const found = examples();
    expect(found.size).toBeGreaterThan(8);
    found.set('wrong', "import { nobody } from 'impulse-bbs';\nnobody();\n");

    expect(complaints(found)).toEqual([jasmine.stringMatching(/wrong\.ts: .*no exported member 'nobody'/)]);
  });

  it('have examples that run, apps with a caller; wrong ones would not', async () => {
    const found = [...examples()].filter(([, code]) => !isTest(code));
    const files = new Map(found.map(([name, code]) => [fileOf(name, '.mts'), runnable(name, code)]));
    const imports = "import type { App } from 'impulse-bbs';\nimport { throwError } from 'rxjs';\n";
    files.set('wrong-0.mts', "throw new Error('at once');\n");
    files.set('wrong-1.mts', "setImmediate(() => { throw new Error('later'); });\n");
    files.set('wrong-2.mts', `${imports}export const app: App = () => throwError(() => new Error('app'));\n`);

    const runner = join(ROOT, 'spec/support/run-examples.ts');
    const { code, stderr } = await ran(files, (folder) => [runner, folder]);
    const wrong = stderr.split('\n').filter((line) => /\.mts: /.test(line) && !line.endsWith(': ran'));
    expect(wrong).toEqual([
      'wrong-0.mts: Error: at once',
      'wrong-1.mts: Error: later',
      'wrong-2.mts: Error: app',
    ]);
    expect(stderr.match(/: ran$/gm)?.length)
      .withContext(stderr)
      .toBe(found.length);
    expect(code).toBe(0);
  });

  it('have tests that pass', async () => {
    const tests = [...examples()].filter(([, code]) => isTest(code));
    const others = [...examples()].filter(([, code]) => !isTest(code));
    const filesOf = (found: typeof tests, ending: string) =>
      new Map(found.map(([name, code]) => [fileOf(name, ending), runnable(name, code)]));
    const files = filesOf(tests, '.test.mts');
    const all = new Map([...files, ...filesOf(others, '.mts')]);
    const { code, stdout } = await ran(all, () => ['--test', '--test-reporter=tap', ...files.keys()]);
    expect(tests.length).toBeGreaterThan(4);
    const count = tests.reduce((sum, [, test]) => sum + testsIn(test), 0);
    expect(stdout).withContext(stdout).toContain(`# pass ${count}\n# fail 0\n`);
    expect(code).toBe(0);
  });
});
