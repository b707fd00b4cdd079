import {
  cluster,
  clusterWidth,
  GAP,
  type Layout,
  LEFT,
  layout,
  MARBLE,
  timeOf,
  widthOf,
  wrapped,
} from './layout.js';
import { isLong, type Marble, nameOf, type Row, shown } from './marble.js';
import { STYLE } from './style.js';

const ROW = 46;
const COLOURS = 5;
const MIN_WIDTH = 560;

/** The text in the box: the operator, and the title of the spec. */
export interface Title {
  readonly operator: string;
  readonly description: string;
}

/** Draws a marble diagram: inputs, the operator in a box, outputs, times, and a legend for long names. */
export function svg(title: Title, rows: readonly Row[]): string {
  const across = layout(rows, MIN_WIDTH);
  const marbles = rows.flatMap((row) => row.marbles.filter(({ kind }) => kind === 'next'));
  const names = [...new Set(marbles.map(nameOf))];
  const colourOf = (marble: Marble) => names.indexOf(nameOf(marble)) % COLOURS;
  const of = (side: Row['side']) => rows.filter((row) => row.side === side);
  const long = names.flatMap(
    (name) => marbles.find((marble) => nameOf(marble) === name && isLong(marble)) ?? [],
  );

  const above = 14 + of('in').length * ROW;
  const words = wrapped(title.description, across.width - 60);
  const below = above + 44 + words.length * 18;
  const bottom = below + of('out').length * ROW;
  const height = bottom + 36 + long.length * 17;
  const { width } = across;

  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escaped(`${title.operator} ${title.description}`)}</title>
<style>${STYLE}
</style>
<rect class="card" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
${[
  ...times(across, bottom),
  ...of('in').flatMap((row, index) => drawn(row, 14 + index * ROW, across, colourOf)),
  ...box(title.operator, words, above, width),
  ...of('out').flatMap((row, index) => drawn(row, below + index * ROW, across, colourOf)),
  ...long.map((marble, index) =>
    text(LEFT, bottom + 38 + index * 17, `${marble.letter}: ${nameOf(marble)}`, 'class="small"'),
  ),
].join('\n')}
</svg>
`;
}

const times = ({ labelled, xOf }: Layout, bottom: number): string[] =>
  labelled.flatMap((atMs) => [
    `<path class="tick" d="M${round(xOf(atMs))} 18V${bottom + 6}"/>`,
    text(xOf(atMs), bottom + 18, timeOf(atMs), 'class="small"'),
  ]);

const box = (operator: string, words: readonly string[], y: number, width: number): string[] => [
  `<rect class="box" x="20" y="${y + 4}" width="${width - 40}" height="${34 + words.length * 18}" rx="6"/>`,
  text(width / 2, y + 24, operator, 'class="operator" text-anchor="middle"'),
  ...words.map((line, index) => text(width / 2, y + 43 + index * 18, line, 'text-anchor="middle"')),
];

function drawn(row: Row, y: number, across: Layout, colourOf: (marble: Marble) => number): string[] {
  const middle = y + ROW / 2;
  const end = row.marbles.find(({ kind }) => kind !== 'next');
  const endsAt = end
    ? across.xOf(end.atMs) + clusterWidth(row, end.atMs) + (end.kind === 'error' ? 8 : 4)
    : across.right;
  return [
    text(LEFT - 12, middle + 4, row.label, 'text-anchor="end"'),
    `<path class="line" d="M${LEFT} ${middle}H${round(endsAt)}"/>`,
    ...across.moments.flatMap((atMs) => pills(row, atMs, across.xOf(atMs), middle, colourOf)),
    ...ending(end, endsAt, middle),
  ];
}

function pills(
  row: Row,
  atMs: number,
  from: number,
  middle: number,
  colourOf: (marble: Marble) => number,
): string[] {
  const { drawn, more } = cluster(row, atMs);
  let x = from;
  const marks = drawn.flatMap((marble) => {
    const size = widthOf(marble);
    const left = x;
    x += size + GAP;
    return [
      `<rect class="pill c${colourOf(marble)}" x="${round(left)}" y="${middle - MARBLE / 2}" width="${round(size)}" height="${MARBLE}" rx="13"/>`,
      text(left + size / 2, middle + 4, shown(marble), 'class="marble"'),
    ];
  });
  return more > 0 ? [...marks, text(x + 2, middle - 6, `… ${more} more`, 'class="small"')] : marks;
}

/** Draws a bar for completion, a cross for an error, and an arrow if the row goes on. */
function ending(end: Marble | undefined, x: number, middle: number): string[] {
  if (!end) return [`<path class="line" d="M${round(x - 6)} ${middle - 5}l7 5l-7 5"/>`];
  if (end.kind === 'complete') return [`<path class="end" d="M${round(x)} ${middle - 12}v24"/>`];
  return [
    `<path class="end" d="M${round(x - 7)} ${middle - 7}l14 14m0 -14l-14 14"/>`,
    text(x, middle + 22, nameOf(end), 'class="small" text-anchor="middle"'),
  ];
}

const text = (x: number, y: number, words: string, how: string) =>
  `<text x="${round(x)}" y="${y}" ${how}>${escaped(words)}</text>`;

const round = (pixels: number) => Math.round(pixels * 10) / 10;

const escaped = (words: string) => words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
