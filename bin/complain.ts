import { painter } from '../lib/text/colour.js';
import { escapeControls } from '../streams/terminal/escape-controls.js';

/** Prints a problem on stderr as one line. */
export function complain(problem: string): void {
  process.stderr.write(`${painter(process.stderr)('red', 'impulse:')} ${escapeControls(problem, 1000)}\n`);
}
