/** A message in one line, without Commander's prefix, its suggestion behind it. */
export const oneLine = (text: string): string =>
  text
    .replace(/^error: /, '')
    .trim()
    .replace(/\s*\n\s*/g, ' ');
