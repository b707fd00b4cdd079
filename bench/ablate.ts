/**
 * What each optimisation buys: builds the tree with one of them undone at a time, and measures it beside the
 * tree as it is, in turns. Loopback only; stops by itself. The table is on stdout.
 *
 *     npm run ablate                              all of bench/ablations.ts
 *     npm run ablate -- --only session-table,...  these
 *     npm run ablate -- --quick                   few rounds: for a first look
 *     npm run ablate -- --check                   only whether each can be undone, and compiles then
 */
import { parseArgs } from 'node:util';
import { measureInProcess } from './ablate/in-process.js';
import { table } from './ablate/table.js';
import { compile } from './ablate/trees.js';
import { measureWithSockets } from './ablate/with-sockets.js';
import { ABLATIONS } from './ablations.js';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
  },
});
const { only, quick, check } = values;
const names = only?.split(',') ?? ABLATIONS.map(({ name }) => name);
const unknown = names.filter((name) => !ABLATIONS.some((one) => one.name === name));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(', ')}; there are ${ABLATIONS.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

const tell = (text: string) => void process.stderr.write(`\r\x1b[K${text}`);

tell('compiling');
const base = compile('base', []);
const ablations = ABLATIONS.filter(({ name }) => names.includes(name)).map((ablation) => {
  tell(`compiling without ${ablation.name}`);
  return { ...ablation, tree: compile(ablation.name, ablation.edits) };
});
tell('');
if (check) {
  console.log(`${ablations.length} optimisations can be undone, and the tree compiles without each`);
} else {
  const rows = [
    ...measureInProcess(base, ablations, quick ? 2 : 8, tell),
    ...(await measureWithSockets(base, ablations, quick ? 3 : 10, tell)),
  ];
  tell('');
  console.log(`Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`);
  console.log(table(ablations, rows));
}
