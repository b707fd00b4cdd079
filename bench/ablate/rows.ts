import type { Ablation, Measure } from '../ablations.js';

/** An optimisation, and the tree without it. */
export interface Undone extends Ablation {
  readonly tree: string;
}

/** What something costs, with an optimisation and without it. */
export interface Row {
  /** The optimisation's. */
  readonly name: string;
  readonly measure: Measure;
  readonly unit: string;
  readonly cost: number;
  readonly costWithout: number;
}

/** Tells how far it is. */
export type Tell = (text: string) => void;
