import { isOneKey } from '../../../../lib/transports/telnet/is-one-key.js';

const keys = {
  letter: 'a',
  é: 'é',
  漢: '漢',
  '👋': '👋',
  Enter: '\r',
  'Enter with NUL': '\r\0',
  Backspace: '\x7f',
};
const sequences = { Escape: '\x1b', 'an arrow': '\x1b[A', Home: '\x1b[1~', 'Alt-x': '\x1bx' };
const others = {
  nothing: '',
  'two letters': 'ab',
  'a letter and Enter': 'a\r',
  'a letter and a newline': 'a\n',
  'an empty line': '\n',
  'an empty line with CR': '\r\n',
  'Escape and a newline': '\x1b\n',
  'two characters of UTF-8': 'éé',
  'a pasted word': 'hello',
};

describe('isOneKey', () => {
  for (const [name, text] of Object.entries({ ...keys, ...sequences }))
    it(`finds ${name} to be one key`, () => expect(isOneKey(Buffer.from(text))).toBe(true));
  for (const [name, text] of Object.entries(others))
    it(`finds ${name} to be something else`, () => expect(isOneKey(Buffer.from(text))).toBe(false));
  it('takes a byte of CP437 for a key', () => expect(isOneKey(Uint8Array.of(0x82))).toBe(true));
});
