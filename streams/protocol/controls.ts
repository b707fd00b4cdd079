/** Control characters by their ECMA-48 names. */
export const [NUL, BEL, BS, TAB, LF, CR, CAN, SUB, ESC, DEL] = [0, 7, 8, 9, 10, 13, 24, 26, 27, 127] as const;

/** Whether a code is C0, DEL or C1. */
export const isControl = (code: number): boolean => code < 0x20 || (code >= DEL && code < 0xa0);
