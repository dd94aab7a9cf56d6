import type { Scratch } from './crew.js';
import type { Table } from './table.js';

/** Centres in the shared memory, as they are and packed for the products, with scratch memory to screen in. */
export class Centers {
  readonly scratch: Scratch;
  readonly tiles: number;
  /** Largest norm of a centre less the middle, rounded up. */
  norm = 0;
  private readonly place;
  private readonly bounds: number;

  constructor(
    private readonly kernel: Table,
    private readonly k: number,
    integer = true,
  ) {
    const { arena, columns, crew } = kernel;
    this.tiles = Math.ceil(k / 8);
    const lanes = 8 * this.tiles;
    this.place = {
      k,
      tiles: this.tiles,
      integer: integer ? 1 : 0,
      centers: arena.take(8 * k * columns),
      packed: arena.take(lanes * (integer ? 2 * Math.ceil(columns / 4) * 4 : 4 * columns)),
      norms: arena.take(4 * lanes),
      steps: arena.take(4 * lanes),
    };
    this.bounds = arena.take(16 * lanes);
    const bytes = Math.ceil(crew.exports.scratchBytes(columns, this.tiles) / 128) * 128;
    this.scratch = { address: arena.take(bytes * crew.size), bytes };
  }

  /** They are in the plan from now on, whatever was there. */
  set(centers: Float64Array): void {
    const { kernel, k, tiles, place } = this;
    kernel.arena.f64(place.centers, centers.length).set(centers);
    kernel.write({ ...place, output: this.bounds });
    kernel.phase('packCenters', tiles, 8 * k, this.scratch);
    const bounds = kernel.arena.f64(this.bounds, 16 * tiles);
    let norm = 0;
    let error = 0;
    for (let c = 0; c < k; c++) {
      norm = Math.max(norm, bounds[2 * c]);
      error = Math.max(error, bounds[2 * c + 1]);
    }
    this.norm = roundedUp(norm);
    kernel.write({ centerNorm: this.norm, centerError: roundedUp(error) });
  }
}

/** A float32 at or above a number that is not negative. */
export function roundedUp(value: number): number {
  const rounded = Math.fround(value);
  return rounded < value ? Math.fround(value * (1 + 2 ** -23) + 2 ** -149) : rounded;
}
