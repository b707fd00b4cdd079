import { LINK_END, link, linkPart } from '../../../streams/terminal/link.js';

const PLAIN = { links: false };
const LINKS = { links: true };
const PAGE = 'https://bbs.example/news?a=1&b=(2);c#d';

describe('link', () => {
  it('is a link of OSC 8 on a terminal that has them', () => {
    expect(link(LINKS, PAGE, 'the news')).toBe(`\x1b]8;id=1;${PAGE}\x1b\\the news\x1b]8;;\x1b\\`);
    expect(link(LINKS, PAGE)).toBe(`\x1b]8;id=1;${PAGE}\x1b\\${PAGE}\x1b]8;;\x1b\\`);
  });

  it('is the text and the URL on any other', () => {
    expect(link(PLAIN, PAGE, 'the news')).toBe(`the news (${PAGE})`);
    expect(link(PLAIN, PAGE)).toBe(PAGE);
  });

  for (const url of [
    'http://a.example',
    'HTTPS://a.example/',
    'mailto:sysop@bbs.example',
    'telnet://bbs.example:2323',
    `http:${'x'.repeat(2000)}`,
  ])
    it(`takes ${url.slice(0, 30)}`, () => expect(link(LINKS, url, 'x')).toContain(url));

  for (const [what, url] of Object.entries({
    'a program': 'javascript:alert(1)',
    'a file': 'file:///etc/passwd',
    'a command for Mudlet': 'send:quit',
    'no scheme': 'bbs.example',
    nothing: '',
    'a scheme alone': 'https:',
    'the end of the sequence': 'https://a.example/\x1b\\\x1b[2J',
    'a bell': 'https://a.example/\x07',
    'a newline': 'https://a.example/\n',
    'a C1 control': 'https://a.example/\x9c',
    'a blank': 'https://a.example/a b',
    'letters beyond ASCII': 'https://bücher.example',
    'a scheme within': ' https://a.example',
    'more than 2,000 characters': `http:${'x'.repeat(2001)}`,
  }))
    it(`is the text alone for a URL with ${what}`, () => {
      expect(link(LINKS, url, 'x')).toBe('x');
      expect(link(PLAIN, url, 'x')).toBe('x');
    });
});

describe('linkPart', () => {
  it('tells the start of a link from its end, and from other sequences', () => {
    expect(linkPart('\x1b]8;id=1;http://a\x1b\\')).toBe('start');
    expect(linkPart('\x1b]8;;http://a\x07')).toBe('start');
    for (const end of [LINK_END, '\x1b]8;;\x07', '\x1b]8;id=1;\x1b\\']) expect(linkPart(end)).toBe('end');
    expect(linkPart('\x1b[1m')).toBeUndefined();
  });
});
