/** Formats a message of Commander as one line, without its prefix and with its suggestion at the end. */
export const oneLine = (text: string): string =>
  text
    .replace(/^error: /, '')
    .trim()
    .replace(/\s*\n\s*/g, ' ');
