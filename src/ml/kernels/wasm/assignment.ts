import type { Algorithm } from '../../types.js';
import type { Scratch } from './crew.js';

/** One way to give rows their nearest centres again and again. */
export interface Assignment {
  readonly algorithm: Algorithm;
  readonly scratch: Scratch;
  /** Gives every row its nearest centre; what the moves change lies in the partitions' deltas after it. Returns their number. */
  assign(centers: Float64Array): number;
  /** The labels were changed from outside. */
  forget(): void;
}
