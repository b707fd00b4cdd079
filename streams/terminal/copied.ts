/** A copy of a text that is kept: a part of a string keeps the whole of it, which may be all that came at once. */
export const copied = (text: string): string => ` ${text}`.slice(1);
