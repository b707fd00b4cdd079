import { type Marble, type Row, shown } from './marble.js';

/** The mean widths of a letter, in a marble and in other text, whose fonts differ. All sizes are in pixels. */
const [MARBLE_LETTER, TEXT_LETTER] = [7.4, 6.6];
/** The height of a marble, which is also its least width, and the gap between two. */
export const [MARBLE, GAP] = [26, 3];
/** The left end of the rows, right of their labels. */
export const LEFT = 118;
/** If a row has more marbles at one moment, the rest is a count. */
const MAX_DRAWN = 6;
const COUNT_WIDTH = 40;

/** The horizontal layout. Time isn't to scale: each moment has the room that its marbles need. */
export interface Layout {
  readonly width: number;
  /** The right end of rows that never end. */
  readonly right: number;
  readonly moments: readonly number[];
  /** The left end of a moment. */
  xOf(atMs: number): number;
  /** The moments whose times are written below. */
  readonly labelled: readonly number[];
}

export const widthOf = (marble: Marble): number =>
  Math.max(MARBLE, shown(marble).length * MARBLE_LETTER + 12);

/** Returns the marbles of a row that are drawn at a moment, and the number of the others. */
export function cluster({ marbles }: Row, atMs: number): { drawn: readonly Marble[]; more: number } {
  const all = marbles.filter((marble) => marble.atMs === atMs && marble.kind === 'next');
  const drawn = all.length > MAX_DRAWN ? all.slice(0, MAX_DRAWN - 1) : all;
  return { drawn, more: all.length - drawn.length };
}

export function clusterWidth(row: Row, atMs: number): number {
  const { drawn, more } = cluster(row, atMs);
  return drawn.reduce((sum, marble) => sum + widthOf(marble) + GAP, more > 0 ? COUNT_WIDTH : 0);
}

export function layout(rows: readonly Row[], minWidth: number): Layout {
  const times = rows.flatMap(({ marbles }) => marbles.map(({ atMs }) => atMs));
  const moments = [...new Set([0, ...times])].toSorted((one, other) => one - other);
  const places = new Map<number, number>();
  const labelled: number[] = [];
  let x = LEFT + 12;
  let free = 0;
  for (const [index, atMs] of moments.entries()) {
    if (index > 0) x += timeGap(atMs - (moments[index - 1] ?? 0));
    places.set(atMs, x);
    if (x >= free) {
      labelled.push(atMs);
      free = x + timeOf(atMs).length * TEXT_LETTER + 8;
    }
    x += Math.max(...rows.map((row) => clusterWidth(row, atMs)), 6);
  }
  return {
    width: Math.ceil(Math.max(x + 46, free + 4, minWidth)),
    right: x + 26,
    moments,
    xOf: (atMs) => places.get(atMs) ?? 0,
    labelled,
  };
}

const timeGap = (ms: number): number => (ms <= 1 ? 8 : ms < 20 ? 8 + ms * 6 : 84);

/** Formats a time: `10 min`, `500 ms`, `1 s 3 ms`. */
export function timeOf(ms: number): string {
  const parts = [
    [Math.floor(ms / 60_000), 'min'],
    [Math.floor(ms / 1000) % 60, 's'],
    [ms % 1000, 'ms'],
  ] as const;
  const words = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`);
  return words.join(' ') || '0';
}

/** Breaks a text into lines of at most this width. */
export function wrapped(text: string, pixels: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && (line.length + word.length + 1) * TEXT_LETTER > pixels) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
