import { copied } from '../../../streams/terminal/copied.js';

describe('copied', () => {
  it('equals the original', () => {
    for (const text of ['', ' ', 'hello', '\ud800', '\u{1f600}']) expect(copied(text)).toBe(text);
  });
});
