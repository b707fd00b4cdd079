import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

/**
 * Returns all examples of the documents and doc comments by their places: `docs/apps.md.0`. If the first line of an example
 * is the name of its file (`// owl.ts`), later examples of the same document may import it.
 */
export function examples(): Map<string, string> {
  const documents = ['README.md', 'CONTRIBUTING.md', ...filesIn('docs', '.md')];
  const sources = [...filesIn('lib', '.ts'), ...filesIn('streams', '.ts')];
  const found = new Map<string, string>();
  for (const path of [...documents, ...sources]) {
    const text = readFileSync(join(ROOT, path), 'utf8');
    const blocks = text.matchAll(/^(?<indent>[ *]*)```ts\n(?<code>.*?)^[ *]*```$/gms);
    const places = new Map<string, string>();
    for (const [index, { groups }] of [...blocks].entries()) {
      const inComment = groups?.indent?.includes('*');
      const code = (groups?.code ?? '').replaceAll(inComment ? /^ *\* ?/gm : /^$/g, '');
      const imported = code.replaceAll(/from '\.\/(\w+)\.js'/g, (asItWas, name) =>
        places.has(name) ? `from './${places.get(name)}.js'` : asItWas,
      );
      found.set(`${path}.${index}`, `${imported}\nexport {};\n`);
      const name = /^\/\/ (\w+)\.ts$/m.exec(code.split('\n', 1)[0] ?? '')?.[1];
      if (name !== undefined) places.set(name, `${basename(path)}.${index}`);
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
