/** The node numbers of a board, from 1. */
export interface NodeNumbers {
  /** Takes the lowest free number. */
  take(): number;
  /** Frees a number. */
  free(node: number): void;
}

/** Allocates node numbers, always the lowest that is free, as BBSes always have. */
export function nodeNumbers(): NodeNumbers {
  const taken: boolean[] = [true];
  let lowest = 1;
  return {
    take() {
      const node = lowest;
      taken[node] = true;
      while (taken[lowest]) lowest += 1;
      return node;
    },
    free(node) {
      taken[node] = false;
      if (node < lowest) lowest = node;
    },
  };
}
