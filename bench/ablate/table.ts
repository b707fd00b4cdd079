import type { Ablation } from '../ablations.js';
import type { Row } from './rows.js';

/** What an optimisation buys at least of something, in percent, or it isn't worth reading. */
const MIN_PERCENT = 5;

const HEAD = `| optimisation | in its place | of | with | without | difference | verdict |
| --- | --- | --- | --- | --- | --- | --- |`;

/** Returns the table, as Markdown. */
export function table(ablations: readonly Ablation[], rows: readonly Row[]): string {
  return [
    HEAD,
    ...ablations.flatMap(({ name, without, edits, env }) => {
      const own = rows.filter((row) => row.name === name);
      const keeps = own.some((row) => percentOf(row) >= MIN_PERCENT);
      const isNothing = edits.length === 0 && !env;
      const verdict = isNothing ? '' : keeps ? 'keeps' : `buys < ${MIN_PERCENT} %`;
      return own.map((row, index) => line(row, index === 0 ? [name, without, verdict] : ['', '', '']));
    }),
  ].join('\n');
}

function line(row: Row, [name = '', without = '', verdict = '']: readonly string[]): string {
  const { measure, unit, cost, costWithout } = row;
  const percent = percentOf(row);
  const difference = `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(1)} %`;
  return `| ${[name, without, measure, `${short(cost)} ${unit}`, `${short(costWithout)} ${unit}`, difference, verdict].join(' | ')} |`;
}

const percentOf = ({ cost, costWithout }: Row) => 100 * (costWithout / cost - 1);
const short = (cost: number) =>
  cost >= 100 ? Math.round(cost).toLocaleString('en') : cost.toFixed(cost >= 10 ? 1 : 2);
