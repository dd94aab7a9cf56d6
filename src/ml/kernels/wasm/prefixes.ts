import { PARTITIONS, partitionBounds } from '../kernel.js';
import { firstBeyond } from '../potential.js';
import type { Table } from './table.js';

/** Rows between two prefixes, as in the assembly. */
const STRETCH = 256;

/** The mass of a partition's rows before each stretch of them, which a draw looks in first. */
export class Prefixes {
  readonly address: number;
  /** Prefixes a partition. */
  readonly pitch: number;
  private readonly bounds: Int32Array;
  private readonly prefixes: Float64Array;
  private readonly closest: Float64Array;
  private readonly weights: Float64Array | null;

  /** @param closest address of the squared distances, float64 a row */
  constructor({ arena, rows, weights }: Table, closest: number) {
    this.bounds = partitionBounds(rows);
    this.pitch = 1 + Math.floor(Math.ceil(rows / PARTITIONS) / STRETCH);
    this.address = arena.take(8 * PARTITIONS * this.pitch);
    this.prefixes = arena.f64(this.address, PARTITIONS * this.pitch);
    this.closest = arena.f64(closest, rows);
    this.weights = weights === 0 ? null : arena.f64(weights, rows);
  }

  /** See `Seeding.reach`. */
  reach(partition: number, before: number, target: number): number {
    const { bounds, prefixes, pitch } = this;
    const start = bounds[partition];
    const end = bounds[partition + 1];
    let low = 0;
    if (target < Infinity) {
      // Masses are not negative, so prefixes only grow: the last stretch that begins at or below the target.
      let high = Math.ceil((end - start) / STRETCH);
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (before + prefixes[partition * pitch + middle] > target) high = middle;
        else low = middle;
      }
    }
    const within = prefixes[partition * pitch + low];
    return firstBeyond(this.closest, this.weights, start + low * STRETCH, end, within, before, target);
  }
}
