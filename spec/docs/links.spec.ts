import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import GithubSlugger from 'github-slugger';

const ROOT = resolve(import.meta.dirname, '../..');

/** All documents of the project, except generated ones. */
const documents = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
];

/** Removes the examples, whose text contains no links and no headings. */
const proseOf = (text: string) =>
  text.replaceAll(/^```.*?^```$/gms, '').replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, ''));

/** Returns the anchors that GitHub derives from the headings of a document. */
function anchors(path: string): Set<string> {
  const slugger = new GithubSlugger();
  const headings = [...proseOf(readFileSync(path, 'utf8')).matchAll(/^#+ (.+)$/gm)].map(
    ([, heading]) => heading ?? '',
  );
  return new Set(headings.map((heading) => slugger.slug(heading.replaceAll(/[`*]/g, ''))));
}

/** Returns the broken links of a document to files of the project, with a reason each. */
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

  it('are reported when they are broken', () => {
    const text =
      '[a](nowhere.md) [b](telnet.md#impulse-call) [c](telnet.md#faults) `[d](code.md)` [e](https://example.org)';
    expect(broken('docs/README.md', text)).toEqual([
      'docs/README.md: nowhere.md is not there',
      'docs/README.md: telnet.md has no heading #faults',
    ]);
  });
});
