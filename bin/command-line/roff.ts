const WIDTH = 80;

/** Escapes text for roff: backslashes, and dashes so that they can be copied. */
export const escaped = (text: string): string => text.replaceAll('\\', '\\e').replaceAll('-', '\\-');

/** Breaks escaped text into lines, none of which roff reads as a command. */
export function filled(text: string): string[] {
  const lines: string[] = [];
  for (const word of escaped(text).split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length < WIDTH)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word.replace(/^[.']/, '\\&$&'));
  }
  return lines;
}

/** Formats a term and its explanation. */
export const entry = (term: string, text: string): string[] => [
  '.TP',
  `\\fB${escaped(term)}\\fR`,
  ...filled(text),
];
