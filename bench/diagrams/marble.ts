import { isRefused } from '../../streams/admission/refused.js';
import { SessionEnd } from '../../streams/types/session-end.js';

/** Something in a row: its letter in the spec's diagram, and what that stands for. */
export interface Marble {
  readonly atMs: number;
  readonly kind: 'next' | 'error' | 'complete';
  readonly letter: string;
  readonly value: unknown;
}

/** What goes into the operator, or comes out of it. */
export interface Row {
  readonly side: 'in' | 'out';
  readonly label: string;
  readonly marbles: readonly Marble[];
}

/** Text that fits into a marble; what is longer has its letter there, and a line in the legend. */
const FITS = 12;

/** What a value is, in a word or two. */
export function nameOf({ value, letter }: Marble): string {
  if (typeof value === 'string') return value === '\x1b' ? 'ESC' : value;
  if (value instanceof SessionEnd) return value.reason;
  if (typeof value !== 'object' || value === null) return String(value);
  if (isRefused(value)) return value.reason;
  const told = value as { type?: string; reason?: string; count?: number };
  return [told.type ?? letter, told.reason, told.count].filter((part) => part !== undefined).join(' ');
}

/** Whether a marble's name takes a line in the legend. */
export const isLong = (marble: Marble): boolean => nameOf(marble).length > FITS;

/** What stands in a marble. */
export const shown = (marble: Marble): string => (isLong(marble) ? marble.letter : nameOf(marble));
