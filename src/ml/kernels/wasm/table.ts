import type { Arena } from './arena.js';
import type { PhaseName } from './binary.js';
import type { Crew, Scratch } from './crew.js';
import type { PlanFields } from './plan.js';

/** One table in the shared memory, and the crew that works on it: what the parts of a kernel have in common. */
export interface Table {
  readonly rows: number;
  readonly columns: number;
  readonly arena: Arena;
  readonly crew: Crew;
  /** Whether the values are float64. */
  readonly wide: boolean;
  /** Whether bytes have taken the place of the values, see `assembly/held.ts`. */
  readonly held: boolean;
  /** Address of the weights, float64; 0 where all are 1. */
  readonly weights: number;
  /** Address of the middle, float32. */
  readonly middle: number;
  /** Length of a typical row less the middle. */
  readonly typicalNorm: number;
  /** Moves the middle: what was screened or bounded with it must be made anew. */
  shiftMiddle(by: Float64Array): void;
  /** Writes into the plan that the next phases read. */
  write(fields: Partial<PlanFields>): void;
  /**
   * Runs a phase over the crew.
   * @param work rows x centres of the whole phase; a small one is not worth waking the others
   */
  phase(name: PhaseName, count: number, work: number, scratch: Scratch): void;
  /** Chunks a partition where each row is compared with k centres. */
  splitFor(k: number): number;
  /** @param out OUT, the values of a row */
  row(index: number, out: Float64Array): void;
}
