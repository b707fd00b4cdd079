/** The maximum number of candidates listed. */
const MAX_LISTED = 100;

/** The result of completing a line. */
export interface Completed {
  /** The line's beginning, completed as far as it is unambiguous. */
  readonly typed: string;
  /** The choices, if it is ambiguous; each from the word being typed on. */
  readonly choices: readonly string[];
}

/**
 * Completes the beginning of a line: to the only candidate and a space, or to the common prefix of all
 * candidates. If that adds nothing, it returns the choices.
 */
export function completed(typed: string, candidates: readonly string[]): Completed {
  const [first, ...others] = candidates;
  if (first === undefined) return { typed, choices: [] };
  if (others.length === 0) return { typed: first.endsWith(' ') ? first : `${first} `, choices: [] };
  const common = others.reduce(commonBeginning, first);
  if (common.length > typed.length) return { typed: common, choices: [] };
  const word = typed.lastIndexOf(' ') + 1;
  return { typed, choices: candidates.map((candidate) => candidate.slice(word)) };
}

/**
 * Formats the choices as lines that fit the window.
 *
 * @param maxWidth Returns the columns a text takes at most, on any terminal: other callers chose some of
 * these names.
 */
export function listed(
  choices: readonly string[],
  columns: number,
  maxWidth: (text: string) => number,
): string {
  const more = choices.length - MAX_LISTED;
  const shown = more > 0 ? [...choices.slice(0, MAX_LISTED), `and ${more} more`] : choices;
  let text = '';
  let left = 0;
  for (const choice of shown) {
    const wide = maxWidth(choice) + 2;
    const fits = text !== '' && wide <= left;
    text += `${fits ? '  ' : text === '' ? '' : '\n'}${choice}`;
    left = (fits ? left : columns + 2) - wide;
  }
  return text;
}

function commonBeginning(one: string, other: string): string {
  let length = 0;
  while (length < one.length && one.charCodeAt(length) === other.charCodeAt(length)) length += 1;
  // Don't cut a surrogate pair in two.
  const isCut = length > 0 && length < one.length && (one.codePointAt(length - 1) as number) > 0xffff;
  return one.slice(0, isCut ? length - 1 : length);
}
