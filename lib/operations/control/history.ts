import { map, type OperatorFunction, pipe, scan } from 'rxjs';
import type { Figures, View } from './protocol.js';

/** The rates of one second. */
export interface Sample {
  readonly calls: number;
  readonly refused: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly memoryBytes: number;
  readonly lateMs: number;
}

/** The current view of a board, and its history. */
export interface Remembered {
  readonly view: View;
  /** The samples of the last minute, the latest last. */
  readonly samples: readonly Sample[];
}

/** One minute. */
export const MAX_SAMPLES = 60;

/** Emits each view together with the samples so far. */
export function remember(): OperatorFunction<View, Remembered> {
  return pipe(
    scan<View, Remembered | null>((before, view) => {
      if (!before) return { view, samples: [] };
      return { view, samples: [...before.samples, sample(before.view, view)].slice(-MAX_SAMPLES) };
    }, null),
    map((remembered) => remembered as Remembered),
  );
}

function sample(before: View, now: View): Sample {
  // Measured by the uptime, since the wall clock may be set.
  const seconds = Math.max(0.001, (now.figures.uptimeMs - before.figures.uptimeMs) / 1000);
  const rate = (count: (figures: Figures) => number) =>
    Math.max(0, count(now.figures) - count(before.figures)) / seconds;
  return {
    calls: rate(({ admitted, waited }) => admitted + waited),
    refused: rate(({ refused }) => Object.values(refused).reduce((sum, count) => sum + count, 0)),
    bytesIn: rate(({ bytesIn }) => bytesIn),
    bytesOut: rate(({ bytesOut }) => bytesOut),
    memoryBytes: now.figures.memoryBytes,
    lateMs: now.figures.lateMs,
  };
}
