import { bySequences, withoutSequences } from '../../../streams/terminal/sequences.js';

const START = '\x1b]8;id=1;https://a.example/!,+()[]\x1b\\';

describe('sequences', () => {
  it('are colours and links, and are removed', () => {
    expect(withoutSequences('a\x1b[1;38:5:1mb\x1b[mc')).toBe('abc');
    expect(withoutSequences(`a${START}b\x1b]8;;\x07c`)).toBe('abc');
  });

  it('are split from the texts between them', () => {
    expect(bySequences(`a${START}b\x1b[0m`)).toEqual(['a', START, 'b', '\x1b[0m', '']);
    expect(bySequences('ab')).toEqual(['ab']);
  });

  it('are nothing else', () => {
    for (const text of ['\x1b[2J', '\x1b]0;title\x07', '\x1b]8;;http://a', 'a\x1bb', ''])
      expect(withoutSequences(text)).toBe(text);
  });
});
