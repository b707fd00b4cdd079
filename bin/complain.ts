import { painter } from '../lib/colour.js';
import { printable } from '../streams/terminal/printable.js';

/** Says in one line on stderr what is wrong, whatever is in it. */
export function complain(problem: string): void {
  process.stderr.write(`${painter(process.stderr)('red', 'impulse:')} ${printable(problem, 1000)}\n`);
}
