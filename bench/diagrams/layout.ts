import { type Marble, type Row, shown } from './marble.js';

/** How wide a letter of a marble is, and one of the other text, on the average: the fonts differ. */
const [LETTER, SMALL] = [7.4, 6.6];
/** How wide a marble is at least, how high it is, and the room between two of them. */
export const [MARBLE, BESIDE] = [26, 3];
/** Where the rows begin, to the right of their labels. */
export const LEFT = 118;
/** Of more marbles at one moment some are counted only. */
const MOST = 6;
const COUNTED = 40;

/** Where things are from left to right: time isn't to scale, but what happens has room. */
export interface Layout {
  readonly width: number;
  /** Where rows end that don't. */
  readonly right: number;
  readonly moments: readonly number[];
  /** Where a moment begins. */
  xOf(atMs: number): number;
  /** The moments whose time is written below. */
  readonly told: readonly number[];
}

export const widthOf = (marble: Marble): number => Math.max(MARBLE, shown(marble).length * LETTER + 12);

/** What is drawn of a row at a moment, and how many more there are. */
export function cluster({ marbles }: Row, atMs: number): { drawn: readonly Marble[]; more: number } {
  const all = marbles.filter((marble) => marble.atMs === atMs && marble.kind === 'next');
  const drawn = all.length > MOST ? all.slice(0, MOST - 1) : all;
  return { drawn, more: all.length - drawn.length };
}

export function clusterWidth(row: Row, atMs: number): number {
  const { drawn, more } = cluster(row, atMs);
  return drawn.reduce((sum, marble) => sum + widthOf(marble) + BESIDE, more > 0 ? COUNTED : 0);
}

export function layout(rows: readonly Row[], leastWidth: number): Layout {
  const times = rows.flatMap(({ marbles }) => marbles.map(({ atMs }) => atMs));
  const moments = [...new Set([0, ...times])].toSorted((one, other) => one - other);
  const places = new Map<number, number>();
  const told: number[] = [];
  let x = LEFT + 12;
  let free = 0;
  for (const [index, atMs] of moments.entries()) {
    if (index > 0) x += gap(atMs - (moments[index - 1] ?? 0));
    places.set(atMs, x);
    if (x >= free) {
      told.push(atMs);
      free = x + timeOf(atMs).length * SMALL + 8;
    }
    x += Math.max(...rows.map((row) => clusterWidth(row, atMs)), 6);
  }
  return {
    width: Math.ceil(Math.max(x + 46, free + 4, leastWidth)),
    right: x + 26,
    moments,
    xOf: (atMs) => places.get(atMs) ?? 0,
    told,
  };
}

const gap = (ms: number): number => (ms <= 1 ? 8 : ms < 20 ? 8 + ms * 6 : 84);

/** `10 min`, `500 ms`, `1 s 3 ms` */
export function timeOf(ms: number): string {
  const parts = [
    [Math.floor(ms / 60_000), 'min'],
    [Math.floor(ms / 1000) % 60, 's'],
    [ms % 1000, 'ms'],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`);
  return told.join(' ') || '0';
}

/** A text in lines that fit into so many pixels. */
export function wrapped(text: string, pixels: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && (line.length + word.length + 1) * SMALL > pixels) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
