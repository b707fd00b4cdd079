import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import GithubSlugger from 'github-slugger';

const ROOT = resolve(import.meta.dirname, '../..');

/** Every document of the project, those that are built left out. */
const documents = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
];

/** A document without its examples, in which nothing is a link or a heading. */
const proseOf = (text: string) =>
  text.replaceAll(/^```.*?^```$/gms, '').replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, ''));

/** The anchors that GitHub gives the headings of a document. */
function anchors(path: string): Set<string> {
  const slugger = new GithubSlugger();
  const headings = [...proseOf(readFileSync(path, 'utf8')).matchAll(/^#+ (.+)$/gm)].map(
    ([, heading]) => heading ?? '',
  );
  return new Set(headings.map((heading) => slugger.slug(heading.replaceAll(/[`*]/g, ''))));
}

/** What is wrong with the links of a document to others of the project. */
function broken(document: string, text: string): string[] {
  const path = join(ROOT, document);
  const targets = [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? '');
  return targets
    .filter((target) => !/^https?:/.test(target))
    .flatMap((target) => {
      const [file = '', anchor] = target.split('#');
      const to = file === '' ? path : join(dirname(path), file);
      if (!existsSync(to)) return [`${document}: ${target} is not there`];
      if (anchor === undefined || statSync(to).isDirectory()) return [];
      return anchors(to).has(anchor) ? [] : [`${document}: ${file} has no heading #${anchor}`];
    });
}

describe('the links in the documents', () => {
  for (const document of documents) {
    it(`lead somewhere: ${document}`, () => {
      expect(broken(document, readFileSync(join(ROOT, document), 'utf8'))).toEqual([]);
    });
  }

  it('are seen to be wrong when they are', () => {
    const text =
      '[a](nowhere.md) [b](telnet.md#impulse-call) [c](telnet.md#faults) `[d](code.md)` [e](https://example.org)';
    expect(broken('docs/README.md', text)).toEqual([
      'docs/README.md: nowhere.md is not there',
      'docs/README.md: telnet.md has no heading #faults',
    ]);
  });
});
