/** The lines of a board, numbered from 1. */
export interface Nodes {
  /** Takes the lowest free number. */
  take(): number;
  /** Gives a number back. */
  free(node: number): void;
}

/** Hands out node numbers, always the lowest that is free, as a board has always done. */
export function nodes(): Nodes {
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
