import { isRefused } from '../../streams/admission/refused.js';
import { SessionEnd } from '../../streams/types/session-end.js';

/** A notification in a row: its letter in the spec's diagram, and its value. */
export interface Marble {
  readonly atMs: number;
  readonly kind: 'next' | 'error' | 'complete';
  readonly letter: string;
  readonly value: unknown;
}

/** An input or an output of the operator. */
export interface Row {
  readonly side: 'in' | 'out';
  readonly label: string;
  readonly marbles: readonly Marble[];
}

/** The longest text in a marble. For a longer one the marble shows its letter, which the legend explains. */
const MAX_LENGTH = 12;

/** Describes a value in a word or two. */
export function nameOf({ value, letter }: Marble): string {
  if (typeof value === 'string') return value === '\x1b' ? 'ESC' : value;
  if (value instanceof SessionEnd) return value.reason;
  if (typeof value !== 'object' || value === null) return String(value);
  if (isRefused(value)) return value.reason;
  const fields = value as { type?: string; reason?: string; count?: number };
  return [fields.type ?? letter, fields.reason, fields.count].filter((part) => part !== undefined).join(' ');
}

/** Whether a marble's name is in the legend. */
export const isLong = (marble: Marble): boolean => nameOf(marble).length > MAX_LENGTH;

/** The text in a marble. */
export const shown = (marble: Marble): string => (isLong(marble) ? marble.letter : nameOf(marble));
