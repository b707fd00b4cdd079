import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { median } from '../median.js';
import { install, nodeBinary, run, workFolder } from './cache.js';

export interface SizeRow {
  readonly what: string;
  readonly value: string;
}

/** The bytes and the packages in a folder of modules. */
function contents(folder: string): { bytes: number; packages: number } {
  const all = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = all.filter((entry) => entry.isFile());
  const bytes = files.reduce((sum, file) => sum + statSync(join(file.parentPath, file.name)).size, 0);
  const isPackage = (path: string) => /node_modules\/(@[^/]+\/)?[^/@.][^/]*$/.test(path);
  return {
    bytes,
    packages: files.filter((file) => file.name === 'package.json' && isPackage(file.parentPath)).length,
  };
}

const kib = (bytes: number) => `${(bytes / 1024).toFixed(0)} KiB`;

/** The size of the tarball, and what is installed for a program that imports it and for who runs the board. */
export async function measureSizes(tarball: string, tell: (text: string) => void): Promise<SizeRow[]> {
  tell('sizes');
  const library = workFolder('library');
  await install(library, [tarball]);
  const sysop = workFolder('sysop');
  await install(sysop, [tarball], ['--global', '--prefix', sysop]);
  const row = (what: string, folder: string) => {
    const { bytes, packages } = contents(folder);
    return { what, value: `${kib(bytes)} in ${packages} packages` };
  };
  return [
    { what: 'tarball', value: kib(statSync(tarball).size) },
    row('npm install impulse-bbs', join(library, 'node_modules')),
    row('npm install --global impulse-bbs', join(sysop, 'lib/node_modules')),
  ];
}

const MEASURE = `
const [from, rss] = [performance.now(), process.memoryUsage.rss()];
await import(process.argv[2]);
const took = performance.now() - from;
const more = process.memoryUsage.rss() - rss;
gc();
console.log(JSON.stringify([took, more, process.memoryUsage().heapUsed]));
`;
const EMPTY_HEAP = `gc(); console.log(process.memoryUsage().heapUsed);`;

/** The time and memory of an import, medians of eleven processes, on the Node that we recommend. */
export async function measureImport(home: string, tell: (text: string) => void): Promise<SizeRow[]> {
  const node = await nodeBinary('24');
  writeFileSync(join(home, 'measure.mjs'), MEASURE);
  writeFileSync(join(home, 'empty.mjs'), EMPTY_HEAP);
  const empty = Number((await run(node, ['--expose-gc', 'empty.mjs'], home)).output);
  const rows: SizeRow[] = [];
  for (const entry of ['impulse-bbs', 'impulse-bbs/streams', 'impulse-bbs/testing', 'rxjs']) {
    tell(`import ${entry}`);
    const runs: [number, number, number][] = [];
    for (let turn = 0; turn < 11; turn += 1)
      runs.push(JSON.parse((await run(node, ['--expose-gc', 'measure.mjs', entry], home)).output));
    const [took, rss, heap] = [0, 1, 2].map((index) =>
      median(runs.map((one) => one[index] ?? Number.NaN)),
    ) as [number, number, number];
    rows.push({
      what: `import '${entry}'`,
      value: `${took.toFixed(0)} ms, ${kib(heap - empty)} of heap, ${kib(rss)} of memory`,
    });
  }
  return rows;
}
