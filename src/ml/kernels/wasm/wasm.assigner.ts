import type { Algorithm } from '../../types.js';
import { PARTITIONS, type Assigner, type ClusterSums, type Labels } from '../kernel.js';
import type { Assignment } from './assignment.js';
import { exactSums } from './exact-sums.js';
import { BOX_CLUSTERS, ByBoxes } from './by-boxes.js';
import { ByRows } from './by-rows.js';
import type { Grid } from './grid.js';
import { labelBytes, labelFields, labelsAt, labelWidth } from './labels.js';
import { methodFor } from './method.js';
import type { Table } from './table.js';

/** Labels and sums of one training in the shared memory; the assignment goes whichever way fits the table. */
export class WasmAssigner implements Assigner {
  private readonly mark: number;
  private readonly width: number;
  private readonly assignment: Assignment;
  private readonly place;
  /** Whether sums of the values come to the same in any order; null where that has not been looked at. */
  private exact: boolean | null = null;
  /** How the sums stem from the labels as they are, if they do: by all rows, or by changes ever since. */
  private current: 'none' | 'anew' | 'followed' = 'none';
  /** Whether no row has a label yet. */
  private fresh = true;

  /** @param grid of the table, null where it has none */
  constructor(
    private readonly table: Table,
    grid: Grid | null,
    private readonly k: number,
  ) {
    const { arena, rows, columns } = table;
    this.mark = arena.mark();
    const cells = PARTITIONS * k;
    this.width = labelWidth(k);
    this.place = {
      k,
      labels: arena.take(labelBytes(rows, this.width)),
      ...labelFields(this.width),
      deltas: arena.take(8 * cells * columns),
      deltaWeights: arena.take(8 * cells),
      deltaCounts: arena.take(4 * cells),
      touched: arena.take(4 * cells),
      sums: arena.take(8 * k * columns),
      sumWeights: arena.take(8 * k),
      sumCounts: arena.take(4 * k),
    };
    this.labels.fill(0);
    this.assignment =
      grid !== null && k <= BOX_CLUSTERS
        ? new ByBoxes(table, grid, k, this.place.labels)
        : new ByRows(table, k, methodFor(rows, columns, k, arena.room));
  }

  get labels(): Labels {
    return labelsAt(this.table.arena.memory, this.place.labels, this.table.rows, this.width);
  }

  get algorithm(): Algorithm {
    return this.assignment.algorithm;
  }

  assign(centers: Float64Array, sums: ClusterSums): number {
    this.table.write(this.place);
    const moved = this.assignment.assign(centers, this.fresh);
    if (this.fresh) {
      this.fresh = false;
      this.sumAll(sums);
      return this.table.rows;
    }
    if (moved > 0) {
      this.assignment.carry(moved);
      this.addUp(sums, moved);
      if (this.current === 'anew') this.current = 'followed';
    }
    return moved;
  }

  recount(sums: ClusterSums): void {
    if (this.current === 'anew') return;
    this.table.write(this.place);
    if (this.current === 'followed' && (this.exact ??= exactSums(this.table))) return;
    sums.sums.fill(0);
    sums.weights.fill(0);
    sums.counts.fill(0);
    this.sumAll(sums);
  }

  invalidate(): void {
    this.fresh = false;
    this.current = 'none';
    this.assignment.forget();
  }

  close(): void {
    this.table.arena.release(this.mark);
  }

  /** All rows, onto sums of 0. */
  private sumAll(sums: ClusterSums): void {
    this.table.phase('carryAll', PARTITIONS, this.table.rows, this.assignment.scratch);
    this.addUp(sums, this.table.rows);
    this.current = 'anew';
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
