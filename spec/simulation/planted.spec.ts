import { readFileSync } from 'node:fs';
import { BUGS } from '../../bench/bugs.js';

describe('a bug that is planted', () => {
  for (const { name, file, find, put } of BUGS) {
    it(`has one place: ${name}`, () => {
      const source = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
      expect(source.split(find).length - 1).toBe(1);
      expect(put).not.toBe(find);
    });
  }
});
