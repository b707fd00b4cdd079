/**
 * Measures the built board, with everything on, beside a bare `node:net` server and bare telnetlib:
 * interleaved rounds, medians, ratios. The servers have one core, the load generator the other. Loopback
 * only; stops by itself.
 *
 *     npm run bench                 everything, about twenty-five minutes
 *     npm run bench -- --quick      a minute, compared with the committed figures
 *     npm run bench -- --only echo  groups whose name begins with this
 *     npm run bench -- --save       also writes docs/performance.svg and the tables in docs/performance.md; with --quick,
 *                                   bench/speed/committed.json, which the next quick run is compared with
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { median } from './median.js';
import { chart } from './speed/chart.js';
import { generatorName, type Kind, type Server, startServer, watched } from './speed/processes.js';
import { type Figures, GROUPS, GROWTH, type Group, type Row, SLOW } from './speed/rows.js';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
});
const { quick, save, only } = values;
if (save && only !== '') {
  console.error('--save writes all rows, and the others would be lost: not with --only');
  process.exit(2);
}

/** More than this of the core in other hands, and a round doesn't count. */
const MAX_FOREIGN = 0.05;
const KINDS: readonly Kind[] = quick ? ['bare', 'impulse'] : ['bare', 'telnetlib', 'impulse'];
/** telnetlib hangs up on a caller of raw bytes. */
const kindsOf = ({ name }: Group) =>
  name === 'bytes' ? KINDS.filter((kind) => kind !== 'telnetlib') : KINDS;

const file = (name: string) => new URL(name, import.meta.url);
const tell = (text: string) => void process.stderr.write(text);

/** A row's figures of all rounds, by server. */
type Measured = Record<Kind, number[]>;
interface Result {
  readonly row: Row;
  readonly measured: Measured;
  readonly notes: Figures;
}

async function round(group: Group, kind: Kind, standing: Map<Kind, Server>): Promise<Figures> {
  const server = standing.get(kind) ?? (await startServer(kind));
  if (!standing.has(kind)) await group.warmUp(server, quick);
  if (!group.fresh) standing.set(kind, server);
  const { result, foreign } = await watched(server.pid, () => group.measure(server, quick));
  if (group.fresh) await server.stop();
  return { ...result, foreign };
}

async function measure(group: Group): Promise<Result[]> {
  const rounds = quick ? (group.fresh ? 1 : 2) : group.rounds;
  const told: Record<Kind, Figures[]> = { bare: [], telnetlib: [], impulse: [] };
  const standing = new Map<Kind, Server>();
  let thrownAway = 0;
  let noisy = 0;
  for (let count = 1; count <= rounds; count += 1) {
    tell(`\r\x1b[K${group.name}: round ${count} of ${rounds}`);
    const figures = new Map<Kind, Figures>();
    for (const kind of kindsOf(group)) figures.set(kind, await round(group, kind, standing));
    const foreign = Math.max(...[...figures.values()].map((one) => one.foreign ?? 0));
    if (foreign > MAX_FOREIGN) {
      if (thrownAway < 2 * rounds) {
        thrownAway += 1;
        count -= 1;
        continue;
      }
      noisy += 1;
    }
    for (const [kind, one] of figures) told[kind].push(one);
  }
  for (const server of standing.values()) await server.stop();
  tell('\r\x1b[K');
  const noted = (name: string, pick: (all: number[]) => number) =>
    pick(told.impulse.map((figures) => figures[name] ?? Number.NaN));
  const notes = {
    thrownAway,
    noisy,
    foreign: Math.max(...Object.values(told).flatMap((all) => all.map(({ foreign }) => foreign ?? 0))),
    told: noted('told', (all) => Math.min(...all)),
    goodbyes: noted('goodbyes', (all) => Math.min(...all)),
    kibAtOnce: noted('kibAtOnce', median),
  };
  return group.rows.map((row) => ({
    row,
    notes,
    measured: {
      bare: told.bare.map(row.figure),
      telnetlib: told.telnetlib.map(row.figure),
      impulse: told.impulse.map(row.figure),
    },
  }));
}

const spread = (all: readonly number[]) => `${short(Math.min(...all))}–${short(Math.max(...all))}`;
const short = (figure: number) =>
  figure >= 1000
    ? Math.round(figure).toLocaleString('en')
    : figure >= 10
      ? figure.toFixed(0)
      : figure.toFixed(2);

/** Round by round, so that a machine that gets slower meanwhile slows both. */
const ratio = (measured: Measured, kind: Kind) =>
  median(measured[kind].map((figure, round) => figure / (measured.bare[round] ?? Number.NaN)));

/** What the row is held to: the ratio to the bare server, or the figure itself. */
const score = ({ row, measured }: Result) =>
  row.absolute ? median(measured.impulse) : ratio(measured, 'impulse');
const isAtLeast = ({ better }: Row, figure: number, wanted: number) =>
  better === 'more' ? figure >= wanted : figure <= wanted;

function line(result: Result): string {
  const { row, measured, notes } = result;
  const reached = score(result);
  const verdict = isAtLeast(row, reached, row.beyond)
    ? 'beyond'
    : isAtLeast(row, reached, row.least)
      ? 'yes'
      : '**no**';
  const counts = notes.noisy === 0 ? verdict : `${verdict} (others had the core too: doesn't count)`;
  const sign = row.better === 'more' ? '≥' : '≤';
  return `| ${[
    `${row.name} (${row.unit})`,
    short(median(measured.bare)),
    measured.telnetlib.length > 0 ? short(median(measured.telnetlib)) : '',
    `${short(median(measured.impulse))} (${spread(measured.impulse)})`,
    ratio(measured, 'impulse').toFixed(2),
    measured.telnetlib.length > 0 ? ratio(measured, 'telnetlib').toFixed(2) : '',
    `${sign} ${row.least} / ${row.beyond}`,
    counts,
  ].join(' | ')} |`;
}

const HEAD = `| | bare node:net | telnetlib | Impulse (spread) | Impulse / bare | telnetlib / bare | wanted: at least / beyond | reached |
| --- | --- | --- | --- | --- | --- | --- | --- |`;

tell(`load generator: ${generatorName}\n`);
const results: Result[] = [];
const groups = GROUPS.filter((group) => group.name.startsWith(only) && !(quick && SLOW.has(group)));
for (const group of groups) results.push(...(await measure(group)));
const growth: Result[] = [];
if (!quick && only === '') for (const group of GROWTH) growth.push(...(await measure(group)));

const table = [HEAD, ...results.map(line)].join('\n');
console.log(table);
for (const { row, notes } of results) {
  const { thrownAway = 0, noisy = 0, foreign = 0, told, goodbyes, kibAtOnce = 0 } = notes;
  const more =
    row.name === '10,000 goodbyes'
      ? `, ${told} heard the broadcast, ${goodbyes} their goodbye`
      : row.name.startsWith('memory')
        ? `, ${kibAtOnce.toFixed(2)} KiB half a second after they came`
        : '';
  console.log(
    `${row.name}: rounds thrown away ${thrownAway}, noisy ones that were kept ${noisy}, others had ${(100 * foreign).toFixed(1)} % of the core at most${more}`,
  );
}
for (const { row, measured } of growth) {
  const cost = (kind: Kind) => `${kind} ${(1e6 / median(measured[kind])).toFixed(1)} µs a line`;
  console.log(`${row.name}: ${cost('bare')}, ${cost('impulse')}`);
}

const committedFile = file('./speed/committed.json');
const scores = Object.fromEntries(
  results.map((result) => [result.row.name, Number(score(result).toFixed(3))]),
);
if (quick && !save) {
  const committed = JSON.parse(readFileSync(committedFile, 'utf8')) as Record<string, number>;
  // A short run on a shared machine: what is further off than this is worth a look.
  const TOLERANCE = 0.25;
  for (const { row } of results) {
    const [now = Number.NaN, then = Number.NaN] = [scores[row.name], committed[row.name]];
    const change = row.better === 'more' ? now / then - 1 : then / now - 1;
    const verdict = change < -TOLERANCE ? 'WORSE' : 'as it was, or better';
    console.log(`${row.name}: ${now}, committed ${then}: ${verdict}`);
    if (change < -TOLERANCE) process.exitCode = 1;
  }
}
if (save && quick) writeFileSync(committedFile, `${JSON.stringify(scores, null, 2)}\n`);
if (save && !quick) {
  const guide = file('../docs/performance.md');
  const grown = growth.map(({ row, measured }) => {
    const cost = (kind: Kind) => (1e6 / median(measured[kind])).toFixed(1);
    return `| ${row.name} | ${cost('bare')} | ${cost('telnetlib')} | ${cost('impulse')} |`;
  });
  const growthTable = [
    '| | bare node:net, µs a line | telnetlib | Impulse |',
    '| --- | --- | --- | --- |',
    ...grown,
  ].join('\n');
  const put = (text: string, name: string, what: string) =>
    text.replace(
      new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`),
      (_, from, to) => `${from}\n${what}\n\n${to}`,
    );
  writeFileSync(guide, put(put(readFileSync(guide, 'utf8'), 'figures', table), 'growth', growthTable));
  const bars = results
    .filter(
      ({ row, measured }) =>
        (!row.absolute && measured.telnetlib.length > 0) || row.name.startsWith('memory'),
    )
    .map(({ row, measured }) => ({
      name: row.name,
      better: row.better,
      telnetlib: ratio(measured, 'telnetlib'),
      impulse: ratio(measured, 'impulse'),
    }));
  writeFileSync(file('../docs/performance.svg'), chart(bars));
}
