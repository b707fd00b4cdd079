import type { ServerEvent } from '../../../streams/types/events.js';
import { EVENT_LETTERS } from '../graphemes.js';
import type { SimulationRun } from './simulate.js';

/**
 * Draws the last events of a run as a marble diagram, with a row for the server and one for each session.
 * Each column is a moment; `-` means that only others had an event.
 *
 * @param maxSteps The most events to draw.
 * @example
 * ```ts
 * import { diagram, simulate } from 'impulse-bbs/testing';
 *
 * console.log(diagram(simulate({ seed: 1, hours: 1 }), 20));
 * ```
 */
export function diagram({ events }: Pick<SimulationRun, 'events'>, maxSteps = 40): string {
  const shown = events.slice(-maxSteps);
  const moments = [...new Set(shown.map(({ at }) => at))];
  const names = [...new Set(shown.map(({ event }) => nameOf(event)))];
  const wide = Math.max(0, ...names.map(({ length }) => length));
  const rows = names.map((name) => {
    const cells = moments.map((moment) => {
      const letters = shown
        .filter(({ at, event }) => at === moment && nameOf(event) === name)
        .map(({ event }) => EVENT_LETTERS[event.type]);
      return letters.length > 1 ? `(${letters.join('')})` : (letters[0] ?? '-');
    });
    return { name, cells };
  });
  const widths = moments.map((_, index) => Math.max(...rows.map(({ cells }) => cells[index]?.length ?? 1)));
  const drawn = rows.map(
    ({ name, cells }) =>
      `${name.padStart(wide)}  ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 1, '-')).join('-')}`,
  );
  const [first, last] = [moments[0] ?? 0, moments.at(-1) ?? 0];
  return `from ${new Date(first).toISOString()} to ${new Date(last).toISOString()}\n${drawn.join('\n')}\n`;
}

const nameOf = (event: ServerEvent) => ('session' in event ? `session ${event.session}` : 'door');
