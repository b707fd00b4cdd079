import fc from 'fast-check';
import { column } from '../../../lib/text/column.js';
import { maxWidth } from '../../../lib/text/max-width.js';
import { holds } from '../../support/holds.js';

const letters = fc.constantFrom('a', 'b', ' ', ' ', 'é', 'e\u0301', '漢', '字', '👋', '👩‍👩‍👧', '\n');
const texts = fc.array(letters, { maxLength: 60 }).map((all) => all.join(''));

describe('column', () => {
  it('pads the text at its end or its start', () => {
    expect(column('ann', 5)).toBe('ann  ');
    expect(column('ann', 5, 'right')).toBe('  ann');
    expect(column('漢', 5)).toBe('漢   ');
  });

  it('cuts a text that is too long, with an ellipsis', () => {
    expect(column('Ann of Green Gables', 8)).toBe('Ann of …');
    expect(column('漢字漢字', 6)).toBe('漢字… ');
  });

  it('has the requested width, whatever it contains', () => {
    holds(
      fc.property(texts, fc.integer({ min: 1, max: 20 }), (text, columns) => {
        const line = text.replaceAll('\n', '');
        if (maxWidth(`|${column(line, columns)}|`) !== columns + 2) throw new Error(column(line, columns));
      }),
    );
  });
});
