/** Control characters by their names in ECMA-48. */
export const [BEL, BS, TAB, LF, CR, CAN, SUB, ESC, DEL] = [7, 8, 9, 10, 13, 24, 26, 27, 127] as const;

/** C0, DEL and C1. */
export const isControl = (code: number): boolean => code < 0x20 || (code >= DEL && code < 0xa0);
