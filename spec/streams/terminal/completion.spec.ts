import stringWidth from 'string-width';
import { completed, listed } from '../../../streams/terminal/completion.js';

describe('completed', () => {
  it('takes the only candidate, and adds a space', () => {
    expect(completed('/jo', ['/join'])).toEqual({ typed: '/join ', choices: [] });
    expect(completed('/join', ['/join'])).toEqual({ typed: '/join ', choices: [] });
    expect(completed('/page a', ['/page ann '])).toEqual({ typed: '/page ann ', choices: [] });
  });

  it('goes as far as all candidates agree', () => {
    expect(completed('l', ['listen', 'listless'])).toEqual({ typed: 'list', choices: [] });
  });

  it('returns the choices if that adds nothing, from the word being typed on', () => {
    expect(completed('/page a', ['/page ann', '/page amy'])).toEqual({
      typed: '/page a',
      choices: ['ann', 'amy'],
    });
    expect(completed('/page ann', ['/page ann', '/page ann lee'])).toEqual({
      typed: '/page ann',
      choices: ['ann', 'ann lee'],
    });
  });

  it('uses the spelling of the candidates', () => {
    expect(completed('/page AN', ['/page ann', '/page annie'])).toEqual({ typed: '/page ann', choices: [] });
  });

  it('cuts no character in two', () => {
    expect(completed('', ['\u{1f600}a', '\u{1f601}b'])).toEqual({
      typed: '',
      choices: ['\u{1f600}a', '\u{1f601}b'],
    });
  });

  it('cuts no character in two at the end of the common prefix, and keeps whole ones', () => {
    expect(completed('', ['a\u{1f600}b', 'a\u{1f601}c']).typed).toBe('a');
    expect(completed('', ['\u{1f600}b', '\u{1f600}c']).typed).toBe('\u{1f600}');
  });

  it('leaves the line unchanged without candidates', () => {
    expect(completed('/xyz', [])).toEqual({ typed: '/xyz', choices: [] });
  });
});

describe('listed', () => {
  const lines = (choices: string[], columns: number) => listed(choices, columns, stringWidth).split('\n');

  it('fills lines up to the width of the window', () => {
    expect(lines(['one', 'two', 'three', 'four'], 11)).toEqual(['one  two', 'three  four']);
    expect(lines(['one', 'two', 'three', 'four'], 10)).toEqual(['one  two', 'three', 'four']);
    expect(lines(['\u6f22\u5b57', '\u6f22\u5b57'], 9)).toEqual(['\u6f22\u5b57', '\u6f22\u5b57']);
    expect(lines(['\u6f22\u5b57', '\u6f22\u5b57'], 10)).toEqual(['\u6f22\u5b57  \u6f22\u5b57']);
  });

  it('gives a wider choice a line of its own', () => {
    expect(lines(['a', 'longer than that', 'b'], 8)).toEqual(['a', 'longer than that', 'b']);
  });

  it('lists at most a hundred choices', () => {
    const choices = Array.from({ length: 150 }, (_, index) => `${index}`);
    const text = listed(choices, 80, stringWidth);
    expect(text).toMatch(/^0 /);
    expect(text).toContain('99  and 50 more');
    expect(text).not.toContain('100');
    expect(listed(choices.slice(0, 101), 80, stringWidth)).toMatch(/ 99\s+and 1 more$/);
    expect(listed(choices.slice(0, 100), 80, stringWidth)).toMatch(/ 99$/);
  });
});
