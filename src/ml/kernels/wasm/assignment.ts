import type { Algorithm } from '../../types.js';
import type { Scratch } from './crew.js';

/** One way to give rows their nearest centres again and again. */
export interface Assignment {
  readonly algorithm: Algorithm;
  readonly scratch: Scratch;
  /** Gives every row its nearest centre. Returns how many had another; all where they are fresh: none had one. */
  assign(centers: Float64Array, fresh: boolean): number;
  /** What they change, into the partitions' deltas. */
  carry(moved: number): void;
  /** The labels were changed from outside. */
  forget(): void;
}
