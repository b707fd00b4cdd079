import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Measure } from '../ablations.js';
import type { Row, Tell, Undone } from './rows.js';

/** What `callers.mjs` measures in one run, and in which unit. */
const KINDS: readonly { readonly kind: string; readonly units: Partial<Record<Measure, string>> }[] = [
  { kind: 'calls', units: { 'a call': 'µs', 'an idle caller': 'bytes', '5,000 hang-ups': 'ms' } },
  { kind: 'lines', units: { 'a line': 'ns', 'a pasted line': 'ns', 'a wide line': 'ns' } },
];

type Costs = Partial<Record<Measure, number>>;

const PATIENCE_MS = 120_000;
const PIN = spawnSync('taskset', ['--version']).status === 0 ? ['taskset', '-c', '0'] : [];

/** Runs `callers.mjs` of a tree, on one core where that can be had. */
function costs(tree: string, kind: string, env: NodeJS.ProcessEnv = {}): Costs {
  const program = [...PIN, process.execPath, '--expose-gc', join(tree, 'bench/ablate/callers.mjs'), kind];
  const { status, stdout } = spawnSync(program[0] as string, program.slice(1), {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: PATIENCE_MS,
  });
  if (status !== 0) throw new Error(`${tree} could not be measured`);
  return JSON.parse(stdout);
}

/**
 * Measures the processor time and memory of our own code, without the kernel and Node's sockets. The trees
 * take turns, in a process each time. The least of a tree's figures counts: other programs can only add to
 * it.
 */
export function measureInProcess(base: string, undone: readonly Undone[], rounds: number, tell: Tell): Row[] {
  return KINDS.flatMap(({ kind, units }) => {
    const those = undone.filter(({ measures }) => measures.some((measure) => units[measure]));
    const least = new Map<string, Costs>();
    const run = (tree: string, env?: NodeJS.ProcessEnv) => {
      const known = least.get(tree) ?? {};
      for (const [measure, cost] of Object.entries(costs(tree, kind, env)) as [Measure, number][])
        known[measure] = Math.min(cost, known[measure] ?? cost);
      least.set(tree, known);
    };
    for (let round = 1; round <= rounds && those.length > 0; round += 1) {
      tell(`${kind} without sockets: round ${round} of ${rounds}`);
      run(base);
      for (const { tree, env } of those) run(tree, env);
    }
    return those.flatMap(({ name, tree, measures }) =>
      measures.flatMap((measure) => {
        const unit = units[measure];
        const [cost = 0, costWithout = 0] = [least.get(base)?.[measure], least.get(tree)?.[measure]];
        return unit ? [{ name, measure, unit, cost, costWithout }] : [];
      }),
    );
  });
}
