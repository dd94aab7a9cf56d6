import type { Algorithm } from '../../types.js';
import { PARTITIONS, type Assigner, type ClusterSums } from '../kernel.js';
import { Bounds } from './bounds.js';
import { Centers } from './centers.js';
import { methodFor, type Method } from './method.js';
import type { Table } from './table.js';

/** Lloyd's iteration over the crew, by whichever method fits the table. */
export class WasmAssigner implements Assigner {
  readonly algorithm: Algorithm;
  readonly labels: Int32Array;
  private readonly centers: Centers;
  private readonly mark: number;
  private readonly method: Method;
  private bounds: Bounds | undefined;
  private iteration = 0;
  private readonly split: number;
  private readonly place: {
    labels: number;
    moves: number;
    moveCounts: number;
    sums: number;
    sumWeights: number;
    sumCounts: number;
  };

  constructor(
    private readonly kernel: Table,
    private readonly k: number,
  ) {
    const { arena, rows, columns } = kernel;
    this.mark = arena.mark();
    this.method = methodFor(rows, columns, k, arena.room);
    this.algorithm = this.method.algorithm;
    this.split = kernel.splitFor(k);
    this.centers = new Centers(kernel, k);
    const cells = PARTITIONS * k;
    const deltas = arena.take(8 * cells * columns);
    const deltaWeights = arena.take(8 * cells);
    const deltaCounts = arena.take(4 * cells);
    const touched = arena.take(4 * cells);
    this.place = {
      labels: arena.take(4 * rows),
      moves: arena.take(4 * rows),
      moveCounts: arena.take(4 * PARTITIONS * this.split),
      sums: arena.take(8 * k * columns),
      sumWeights: arena.take(8 * k),
      sumCounts: arena.take(4 * k),
    };
    this.labels = arena.i32(this.place.labels, rows).fill(-1);
    kernel.write({ deltas, deltaWeights, deltaCounts, touched });
  }

  assign(centers: Float64Array, sums: ClusterSums): number {
    const { kernel, k, split } = this;
    this.centers.set(centers);
    kernel.write({ ...this.place, split, k });
    this.iteration++;
    this.meet();
    let moved = 0;
    for (const count of kernel.arena.i32(this.place.moveCounts, PARTITIONS * split)) moved += count;
    if (moved > 0) {
      kernel.phase('carryMoves', PARTITIONS, moved, this.centers.scratch);
      this.addUp(sums, moved);
    }
    return moved;
  }

  private meet(): void {
    const { kernel, split, centers, method } = this;
    const { scratch } = centers;
    if (this.bounds?.stand === true) {
      this.bounds.follow(centers.norm, scratch);
    } else if (method.bounds !== 'none' && this.iteration >= method.from) {
      this.bounds ??= new Bounds(kernel, this.k, method.bounds === 'matrix', split);
      this.bounds.begin(centers.norm, scratch);
    } else {
      kernel.phase('assignAll', PARTITIONS * split, kernel.rows * this.k, scratch);
    }
  }

  recount(sums: ClusterSums): void {
    const { kernel } = this;
    kernel.write({ ...this.place, split: this.split, k: this.k });
    kernel.phase('carryAll', PARTITIONS, kernel.rows, this.centers.scratch);
    sums.sums.fill(0);
    sums.weights.fill(0);
    sums.counts.fill(0);
    this.addUp(sums, kernel.rows);
  }

  invalidate(): void {
    if (this.bounds !== undefined) this.bounds.stand = false;
  }

  close(): void {
    this.kernel.arena.release(this.mark);
  }

  private addUp(sums: ClusterSums, work: number): void {
    const { kernel, k, place } = this;
    const { arena } = kernel;
    const all = arena.f64(place.sums, sums.sums.length);
    const weights = arena.f64(place.sumWeights, k);
    const counts = arena.i32(place.sumCounts, k);
    all.set(sums.sums);
    weights.set(sums.weights);
    counts.set(sums.counts);
    kernel.phase('reduce', k, Math.min(work, PARTITIONS * k), this.centers.scratch);
    sums.sums.set(all);
    sums.weights.set(weights);
    sums.counts.set(counts);
  }
}
