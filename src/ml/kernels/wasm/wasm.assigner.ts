import type { Algorithm } from '../../types.js';
import { PARTITIONS, type Assigner, type ClusterSums } from '../kernel.js';
import type { Assignment } from './assignment.js';
import { exactSums } from './exact-sums.js';
import { BOX_CLUSTERS, ByBoxes } from './by-boxes.js';
import { ByRows } from './by-rows.js';
import type { Grid } from './grid.js';
import { methodFor } from './method.js';
import type { Table } from './table.js';

/** Labels and sums of one training in the shared memory; the assignment goes whichever way fits the table. */
export class WasmAssigner implements Assigner {
  private readonly mark: number;
  private readonly assignment: Assignment;
  private readonly place;
  /** Whether sums of the values come to the same in any order; null where that has not been looked at. */
  private exact: boolean | null = null;
  /** Whether the sums stem from the labels as they are. */
  private current = false;

  /** @param grid of the table, null where it has none */
  constructor(
    private readonly table: Table,
    grid: Grid | null,
    private readonly k: number,
  ) {
    const { arena, rows, columns } = table;
    this.mark = arena.mark();
    const cells = PARTITIONS * k;
    this.place = {
      k,
      labels: arena.take(4 * rows),
      deltas: arena.take(8 * cells * columns),
      deltaWeights: arena.take(8 * cells),
      deltaCounts: arena.take(4 * cells),
      touched: arena.take(4 * cells),
      sums: arena.take(8 * k * columns),
      sumWeights: arena.take(8 * k),
      sumCounts: arena.take(4 * k),
    };
    this.labels.fill(-1);
    this.assignment =
      grid !== null && k <= BOX_CLUSTERS
        ? new ByBoxes(table, grid, k)
        : new ByRows(table, k, methodFor(rows, columns, k, arena.room));
  }

  get labels(): Int32Array {
    return this.table.arena.i32(this.place.labels, this.table.rows);
  }

  get algorithm(): Algorithm {
    return this.assignment.algorithm;
  }

  assign(centers: Float64Array, sums: ClusterSums): number {
    this.table.write(this.place);
    const moved = this.assignment.assign(centers);
    if (moved > 0) this.addUp(sums, moved);
    return moved;
  }

  recount(sums: ClusterSums): void {
    this.table.write(this.place);
    if (this.current && (this.exact ??= exactSums(this.table))) return;
    this.current = true;
    this.table.phase('carryAll', PARTITIONS, this.table.rows, this.assignment.scratch);
    sums.sums.fill(0);
    sums.weights.fill(0);
    sums.counts.fill(0);
    this.addUp(sums, this.table.rows);
  }

  invalidate(): void {
    this.current = false;
    this.assignment.forget();
  }

  close(): void {
    this.table.arena.release(this.mark);
  }

  /** The partitions' deltas, in order, onto the sums. */
  private addUp(sums: ClusterSums, work: number): void {
    const { table, k, place } = this;
    const { arena } = table;
    const all = arena.f64(place.sums, sums.sums.length);
    const weights = arena.f64(place.sumWeights, k);
    const counts = arena.i32(place.sumCounts, k);
    all.set(sums.sums);
    weights.set(sums.weights);
    counts.set(sums.counts);
    table.phase('reduce', k, Math.min(work, PARTITIONS * k), this.assignment.scratch);
    sums.sums.set(all);
    sums.weights.set(weights);
    sums.counts.set(counts);
  }
}
