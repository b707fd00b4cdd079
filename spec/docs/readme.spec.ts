import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { PICTURE } from '../../lib/accounts/banner.js';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

describe('README.md', () => {
  it('shows the banner', () => {
    const picture = stripVTControlCharacters(PICTURE);
    expect(readme).toContain(picture.trim());
  });
});
