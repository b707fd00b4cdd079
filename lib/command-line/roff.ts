const WIDTH = 80;

/** Text as roff shows it: a backslash is one, and a dash is one that can be copied. */
export const escaped = (text: string): string => text.replaceAll('\\', '\\e').replaceAll('-', '\\-');

/** A paragraph of escaped text, broken into lines none of which is a command. */
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

/** A term, and what is to be said of it. */
export const entry = (term: string, text: string): string[] => [
  '.TP',
  `\\fB${escaped(term)}\\fR`,
  ...filled(text),
];
