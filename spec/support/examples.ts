import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

/** Returns all examples of the documents and doc comments by their places: `docs/apps.md.0`. */
export function examples(): Map<string, string> {
  const documents = ['README.md', 'CONTRIBUTING.md', ...filesIn('docs', '.md')];
  const sources = [...filesIn('lib', '.ts'), ...filesIn('streams', '.ts')];
  const found = new Map<string, string>();
  for (const path of [...documents, ...sources]) {
    const text = readFileSync(join(ROOT, path), 'utf8');
    const blocks = text.matchAll(/^(?<indent>[ *]*)```ts\n(?<code>.*?)^[ *]*```$/gms);
    for (const [index, { groups }] of [...blocks].entries()) {
      const inComment = groups?.indent?.includes('*');
      const code = (groups?.code ?? '').replaceAll(inComment ? /^ *\* ?/gm : /^$/g, '');
      found.set(`${path}.${index}`, `${code}\nexport {};\n`);
    }
  }
  return found;
}

/** Whether an example is a test for Node's test runner. */
export const isTest = (code: string): boolean => code.includes("from 'node:test'");

function filesIn(folder: string, ending: string): string[] {
  return readdirSync(join(ROOT, folder), { encoding: 'utf8', recursive: true })
    .filter((name) => name.endsWith(ending) && !name.endsWith('.d.ts'))
    .map((name) => join(folder, name));
}
