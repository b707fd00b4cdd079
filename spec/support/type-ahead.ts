import { VirtualTimeScheduler } from 'rxjs';
import { timeSlices } from '../../streams/rx/time-slices.js';
import { TypeAhead, type TypeAheadDelegate } from '../../streams/terminal/type-ahead.js';

/** A type-ahead that tells when its caller is held and released. */
export const aTypeAhead = (
  tell: (what: 'hold' | 'release') => void = () => {},
  later = (act: () => void) => act(),
  parts: Partial<TypeAheadDelegate> = {},
): TypeAhead =>
  new TypeAhead({
    hold: () => tell('hold'),
    release: () => tell('release'),
    later,
    asked: () => {},
    encode: (text) => Buffer.from(text),
    bytesBegan: () => {},
    bytesEnded: () => {},
    batch: (act) => act(),
    time: timeSlices(new VirtualTimeScheduler()),
    ...parts,
  });

/** A type-ahead with lines in it. */
export function typeAheadOf(...lines: string[]): TypeAhead {
  const queue = aTypeAhead();
  for (const line of lines) queue.push(line);
  return queue;
}

/** Subscribes, and records what is emitted; an error as `error: …`, completion as `|`. */
export function listen(value$: TypeAhead['line$']): string[] {
  const heard: string[] = [];
  value$.subscribe({
    next: (value) => heard.push(value),
    error: (error) => heard.push(`error: ${error.message}`),
    complete: () => heard.push('|'),
  });
  return heard;
}
