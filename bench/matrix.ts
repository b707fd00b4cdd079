/**
 * Where the package works: packs the built tree, installs the tarball, and prints a matrix. TypeScript by module
 * mode and settings, Node by import and require, bundles of esbuild, sizes, and what an import costs. Compilers
 * and Node binaries come from npm, and are kept in a folder of the system's temporary one.
 *
 *     npm run matrix -- [--only types,nodes,bundles,sizes,import] [--tarball FILE]
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { freshCopy, install, pack, workFolder } from './matrix/cache.js';
import { BUNDLE_NODES, checkBundles, checkNodes } from './matrix/nodes.js';
import { measureImport, measureSizes, type SizeRow } from './matrix/sizes.js';
import { checkTypes } from './matrix/types.js';
import { optionsOrUsage } from './usage.js';

const PARTS = ['types', 'nodes', 'bundles', 'sizes', 'import'];
const USAGE = `Usage: npm run matrix -- [--only PART,...] [--tarball FILE]

  --only PART,...   some of: ${PARTS.join(', ')}
  --tarball FILE    a tarball of npm pack, instead of this tree

Exit codes: 0 all is as it should be, 1 something isn't, 2 wrong usage.
`;

function options() {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, tarball: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help) return null;
  const parts = values.only?.split(',') ?? PARTS;
  const unknown = parts.find((part) => !PARTS.includes(part));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: some of ${PARTS.join(', ')}`);
  if (values.tarball !== undefined && !existsSync(values.tarball))
    throw new Error(`--tarball ${values.tarball}: there is no such file`);
  return { parts, tarball: values.tarball };
}

const { parts, tarball: given } = optionsOrUsage(USAGE, options);
const tell = (text: string) => void process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}` : '');

const failures: string[] = [];
/** A cell: whether it worked, with the error beneath the tables if that isn't as expected. */
function cell(where: string, error: string, expected = true): string {
  if ((error === '') !== expected) failures.push(`${where}: ${error || 'works, and should not'}`);
  return error === '' ? 'yes' : 'no';
}
function print(title: string, head: readonly string[], rows: readonly (readonly string[])[]) {
  tell('');
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  console.log([`## ${title}`, '', line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n'));
}
const printSizes = (title: string, rows: readonly SizeRow[]) =>
  print(
    title,
    ['', ''],
    rows.map(({ what, value }) => [what, value]),
  );

const tarball = freshCopy(given === undefined ? await pack(process.cwd()) : resolve(given));
const home = workFolder('home');
await install(home, [tarball]);

if (parts.includes('types')) {
  const kinds = [
    'libs checked',
    'libs checked, exact optional',
    'skipLibCheck',
    'skipLibCheck, exact optional',
  ];
  const rows = await checkTypes(home, tell);
  print(
    'Types compile with `types: []`, and nothing is `any`',
    ['TypeScript', 'module', ...kinds],
    rows.map(({ typescript, mode, errors }) => [
      typescript,
      mode,
      ...errors.map((error, index) => cell(`TypeScript ${typescript}, ${mode}, ${kinds[index]}`, error)),
    ]),
  );
}
if (parts.includes('nodes')) {
  const rows = await checkNodes(home, tell);
  print(
    'Node loads it',
    ['Node', 'in `engines`', '`import`', '`require`'],
    rows.map((row) => [
      row.node,
      row.supported ? 'yes' : 'no',
      cell(`Node ${row.node}, import`, row.import),
      cell(`Node ${row.node}, require`, row.require, row.supported),
    ]),
  );
}
if (parts.includes('bundles')) {
  const rows = await checkBundles(home, tell);
  print(
    'A bundle of esbuild runs',
    ['bundle', ...BUNDLE_NODES.map((version) => `Node ${version}`)],
    rows.map(({ name, expected, errors }) => [
      name,
      ...errors.map((error, index) => cell(`${name}, Node ${BUNDLE_NODES[index]}`, error, expected)),
    ]),
  );
}
if (parts.includes('sizes')) printSizes('Sizes', await measureSizes(tarball, tell));
if (parts.includes('import')) printSizes('An import on Node 24', await measureImport(home, tell));

for (const failure of failures) console.log(failure);
console.log(
  failures.length === 0 ? 'all is as it should be' : `${failures.length} are not as they should be`,
);
process.exitCode = failures.length === 0 ? 0 : 1;
