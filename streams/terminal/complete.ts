/** Candidates that are listed at most. */
const MOST_LISTED = 100;

/** What Tab makes of a line. */
export interface Completed {
  /** The line's beginning, as far as it is clear by now. */
  readonly typed: string;
  /** What to choose from, where it isn't; each from the word on that is being typed. */
  readonly choices: readonly string[];
}

/**
 * Completes the beginning of a line: to the only candidate and a space behind it, or as far as all candidates begin
 * alike; where that is no further, these are the choices.
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
 * The choices as lines that are no longer than a window is wide.
 *
 * @param maxWidth How many columns a text takes at most, whatever the terminal: other callers chose some of these names.
 */
export function listed(
  choices: readonly string[],
  columns: number,
  maxWidth: (text: string) => number,
): string {
  const more = choices.length - MOST_LISTED;
  const shown = more > 0 ? [...choices.slice(0, MOST_LISTED), `and ${more} more`] : choices;
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
  // Half of a pair is no letter.
  const isCut = length > 0 && length < one.length && (one.codePointAt(length - 1) as number) > 0xffff;
  return one.slice(0, isCut ? length - 1 : length);
}
