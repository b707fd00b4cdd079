import { map, type OperatorFunction, pipe, scan } from 'rxjs';
import type { Figures, View } from './protocol.js';

/** What happened in a second; counts are per second. */
export interface Sample {
  readonly calls: number;
  readonly refused: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly memoryBytes: number;
  readonly lateMs: number;
}

/** A board as it is, and how it was. */
export interface Remembered {
  readonly view: View;
  /** The last minute, the latest last. */
  readonly samples: readonly Sample[];
}

/** A minute. */
export const MAX_SAMPLES = 60;

/** Remembers how views changed: what there is to draw, for each of them. */
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
  // Not by the times of day: a clock may be set.
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
