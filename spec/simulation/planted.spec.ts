import { readFileSync } from 'node:fs';
import { BUGS } from '../../bench/bugs.js';

describe('a planted bug', () => {
  for (const { name, file, find, put } of BUGS) {
    it(`occurs once in the source: ${name}`, () => {
      const source = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
      expect(source.split(find).length - 1).toBe(1);
      expect(put).not.toBe(find);
    });
  }
});
