/** Draws the ratios of `npm run bench` as an SVG: a pair of bars a row, and a line where the bare server is. */

export interface Bars {
  readonly name: string;
  readonly better: 'more' | 'less';
  /** Ratios to the bare server. */
  readonly telnetlib: number;
  readonly impulse: number;
}

const [LEFT, WIDTH, ROW, TOP] = [250, 760, 50, 50];
/** A ratio beyond this is cut, and written. */
const MAX_RATIO = 2;
const SCALE = (WIDTH - LEFT - 60) / MAX_RATIO;

const bar = (ratio: number, y: number, name: string) => {
  const length = Math.min(ratio, MAX_RATIO) * SCALE;
  return `<rect class="${name}" x="${LEFT}" y="${y}" width="${length.toFixed(1)}" height="16" rx="2"/>
  <text x="${(LEFT + length + 6).toFixed(1)}" y="${y + 13}">${ratio.toFixed(2)}</text>`;
};

export function chart(rows: readonly Bars[]): string {
  const height = TOP + rows.length * ROW + 16;
  const body = rows.map(({ name, better, telnetlib, impulse }, index) => {
    const y = TOP + index * ROW;
    return `<text x="${LEFT - 10}" y="${y + 16}" text-anchor="end">${name}</text>
  <text class="note" x="${LEFT - 10}" y="${y + 31}" text-anchor="end">${better} is better</text>
  ${bar(impulse, y, 'impulse')}
  ${bar(telnetlib, y + 18, 'telnetlib')}`;
  });
  const bareAt = (LEFT + SCALE).toFixed(1);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Impulse and telnetlib beside a bare node:net server">
  <style>
    text { font: 13px system-ui, sans-serif; fill: #24292f }
    .note { font-size: 11px; fill: #6e7781 }
    .impulse { fill: #1f6feb } .telnetlib { fill: #afb8c1 }
    line { stroke: #cf222e; stroke-dasharray: 4 3 }
    @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .note { fill: #8d96a0 } .telnetlib { fill: #484f58 } }
  </style>
  <rect class="impulse" x="${LEFT}" y="14" width="12" height="12"/><text x="${LEFT + 18}" y="25">Impulse, everything on</text>
  <rect class="telnetlib" x="${LEFT + 190}" y="14" width="12" height="12"/><text x="${LEFT + 208}" y="25">telnetlib</text>
  <line x1="${bareAt}" x2="${bareAt}" y1="40" y2="${height - 8}"/><text class="note" x="${bareAt}" y="36" text-anchor="middle">bare node:net = 1</text>
  ${body.join('\n  ')}
</svg>
`;
}
