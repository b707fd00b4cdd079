import stringWidth from 'string-width';

const letters = new Intl.Segmenter();

/** Returns the line that this output shows, and the column of the cursor. */
export function seen(...texts: string[]): { line: string; cursor: number } {
  let cells: string[] = [];
  let cursor = 0;
  for (const { segment } of letters.segment(texts.join(''))) {
    if (segment === '\b') cursor = Math.max(0, cursor - 1);
    else if (segment === '\n' || segment === '\r\n') {
      cells = [];
      cursor = 0;
    } else if (segment !== '\x07') {
      const width = stringWidth(segment);
      // A separate mark belongs to the letter before it.
      if (width === 0) cells[cursor - 1] += segment;
      else {
        cells[cursor] = segment;
        if (width === 2) cells[cursor + 1] = '';
        cursor += width;
      }
    }
  }
  return { line: Array.from(cells, (cell) => cell ?? ' ').join(''), cursor };
}
