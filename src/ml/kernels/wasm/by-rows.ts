import type { Algorithm } from '../../types.js';
import { PARTITIONS } from '../kernel.js';
import type { Assignment } from './assignment.js';
import { Bounds } from './bounds.js';
import { Centers } from './centers.js';
import type { Scratch } from './crew.js';
import { labelBytes, labelWidth } from './labels.js';
import { Sketch } from './sketch.js';
import { SKETCHED, sketchedBounds, type RowMethod } from './method.js';
import type { Table } from './table.js';

/** Row after row meets the centres: all of them, or those that bounds leave. */
export class ByRows implements Assignment {
  private readonly centers: Centers;
  private readonly split: number;
  private readonly moves: number;
  private readonly formers: number;
  private readonly moveCounts: number;
  private bounds: Bounds | undefined;
  private iteration = 0;

  constructor(
    private readonly table: Table,
    private readonly k: number,
    private readonly method: RowMethod,
  ) {
    this.split = table.splitFor(k);
    this.centers = new Centers(table, k);
    const { arena, rows } = table;
    const chunks = PARTITIONS * this.split;
    // Every chunk begins a word of its own.
    this.moves = arena.take(4 * (Math.ceil(rows / 32) + chunks));
    this.formers = arena.take(labelBytes(rows, labelWidth(k)));
    this.moveCounts = arena.take(4 * chunks);
  }

  get algorithm(): Algorithm {
    return this.bounds?.sketch ? SKETCHED : this.method.algorithm;
  }

  get scratch(): Scratch {
    return this.centers.scratch;
  }

  assign(values: Float64Array): number {
    const { table, split, centers, moves, formers, moveCounts } = this;
    table.write({ moves, formers, moveCounts, split });
    centers.set(values);
    this.iteration++;
    this.meet(values);
    let moved = 0;
    for (const count of table.arena.i32(moveCounts, PARTITIONS * split)) moved += count;
    return moved;
  }

  carry(moved: number): void {
    this.table.phase('carryMoves', PARTITIONS, moved, this.scratch);
  }

  forget(): void {
    if (this.bounds !== undefined) this.bounds.stand = false;
  }

  /** The rows' bounds, where they are to have some from now on: with sketches at once, else when the centres have settled a little. */
  private bound(values: Float64Array): Bounds | undefined {
    const { table, k, split, method } = this;
    if (this.bounds !== undefined) return this.bounds;
    if (method.sketches && this.iteration === 1) {
      const sketch = Sketch.of(table, k, split);
      if (sketch === null) return undefined;
      // The middle has moved.
      this.centers.set(values);
      this.bounds = new Bounds(table, k, sketchedBounds(table, k), split, sketch);
    } else if (method.bounds !== 'none' && this.iteration >= method.from) {
      this.bounds = new Bounds(table, k, method.bounds, split, null);
    }
    return this.bounds;
  }

  private meet(values: Float64Array): void {
    const { table, k, split, scratch } = this;
    const bounds = this.bound(values);
    const { norm } = this.centers;
    if (bounds === undefined) table.phase('assignAll', PARTITIONS * split, table.rows * k, scratch);
    else if (bounds.stand) bounds.follow(norm, scratch);
    else bounds.begin(norm, scratch);
  }
}
