import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeBinary, packageFolder, run } from './cache.js';

/** Node, and whether `engines` has it. The numbers with a patch are the edges. */
const NODES: readonly [version: string, supported: boolean][] = [
  ['20.18.3', false],
  ['20.19.0', true],
  ['20', true],
  ['22.11.0', false],
  ['22.12.0', true],
  ['22', true],
  ['24', true],
  ['26', true],
];
/** Where bundles are run. */
export const BUNDLE_NODES = ['20', '22', '24'];

export interface NodeRow {
  readonly node: string;
  readonly supported: boolean;
  readonly import: string;
  readonly require: string;
}

const LOOK = `if (typeof lib.createImpulse !== 'function') throw new Error('no createImpulse');`;
const lastError = ({ ok, output }: { ok: boolean; output: string }) =>
  ok ? '' : (/^\w*Error.*$/m.exec(output)?.[0] ?? output.trim());

/** Imports and requires the package with each Node. */
export async function checkNodes(home: string, tell: (text: string) => void): Promise<NodeRow[]> {
  writeFileSync(join(home, 'import.mjs'), `import * as lib from 'impulse-bbs';\n${LOOK}\n`);
  writeFileSync(join(home, 'require.cjs'), `const lib = require('impulse-bbs');\n${LOOK}\n`);
  const rows: NodeRow[] = [];
  for (const [version, supported] of NODES) {
    tell(`Node ${version}`);
    const node = await nodeBinary(version);
    rows.push({
      node: (await run(node, ['--version'], home)).output.trim().slice(1),
      supported,
      import: lastError(await run(node, ['import.mjs'], home)),
      require: lastError(await run(node, ['require.cjs'], home)),
    });
  }
  return rows;
}

const APP = `import { createImpulse } from 'impulse-bbs';
import { of } from 'rxjs';
const board = createImpulse({ port: 0, app: () => of('hello') });
board.start().then(() => board.shutdown()).then(() => console.log('ran'));
`;
/** What an ESM bundle needs, since iconv-lite and telnetlib are CommonJS and require Node's own modules. */
const BANNER = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;
const BUNDLES = [
  { name: 'cjs', flags: ['--format=cjs'], expected: true, ending: 'cjs' },
  {
    name: 'esm, with the banner',
    flags: ['--format=esm', `--banner:js=${BANNER}`],
    expected: true,
    ending: 'mjs',
  },
  {
    name: 'esm, packages external',
    flags: ['--format=esm', '--packages=external'],
    expected: true,
    ending: 'mjs',
  },
  { name: 'esm, no banner', flags: ['--format=esm'], expected: false, ending: 'mjs' },
];

export interface BundleRow {
  readonly name: string;
  readonly expected: boolean;
  /** An empty text, or the error, by Node. */
  readonly errors: readonly string[];
}

/** Bundles a board with esbuild and runs it, from start to shutdown. */
export async function checkBundles(home: string, tell: (text: string) => void): Promise<BundleRow[]> {
  const esbuild = join(await packageFolder('esbuild', '0.28'), 'bin/esbuild');
  writeFileSync(join(home, 'app.mjs'), APP);
  const rows: BundleRow[] = [];
  for (const { name, flags, expected, ending } of BUNDLES) {
    tell(`esbuild ${name}`);
    const args = [
      'app.mjs',
      '--bundle',
      '--platform=node',
      '--log-level=error',
      ...flags,
      `--outfile=out.${ending}`,
    ];
    const built = await run(esbuild, args, home);
    if (!built.ok) {
      rows.push({ name, expected, errors: BUNDLE_NODES.map(() => lastError(built)) });
      continue;
    }
    const errors: string[] = [];
    for (const version of BUNDLE_NODES)
      errors.push(lastError(await run(await nodeBinary(version), [`out.${ending}`], home)));
    rows.push({ name, expected, errors });
  }
  return rows;
}
