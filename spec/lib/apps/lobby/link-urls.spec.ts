import { linkUrls } from '../../../../lib/apps/lobby/link-urls.js';

const LINKS = { links: true };
/** Shows links as {URL}. */
const marked = (text: string) =>
  linkUrls(text, LINKS).replace(/\x1b\]8;id=1;([^\x1b]*)\x1b\\\1\x1b\]8;;\x1b\\/g, '{$1}');

describe('linkUrls', () => {
  for (const [text, links] of [
    ['see https://a.example/b?c=d#e', 'see {https://a.example/b?c=d#e}'],
    ['https://a.example, http://b.example!', '{https://a.example}, {http://b.example}!'],
    ['(see http://a.example/)', '(see {http://a.example/})'],
    ['http://a.example/a_(b)', '{http://a.example/a_(b)}'],
    ['"telnet://bbs.example:2323".', '"{telnet://bbs.example:2323}".'],
    ['https://a.example/é', '{https://a.example/}é'],
  ])
    it(`finds the URLs in ${text}`, () => expect(marked(`${text}`)).toBe(`${links}`));

  for (const text of ['hello', 'a://b', 'javascript://a', 'mailto:a@b', 'xhttps://a', 'http:/a', ''])
    it(`finds none in ${text || 'nothing'}`, () => expect(linkUrls(text, LINKS)).toBe(text));

  it('leaves the text as it is for a terminal without links', () => {
    expect(linkUrls('https://a.example', { links: false })).toBe('https://a.example');
  });
});
