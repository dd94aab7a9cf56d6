import type { Algorithm } from '../types.js';
import {
  PARTITIONS,
  partitionBounds,
  scaleFactors,
  type Assigner,
  type ClusterSums,
  type Detail,
  type Found,
  type Grouping,
  type Kernel,
  type KernelInput,
  type Labels,
  type NearestTwo,
  type Seeding,
} from './kernel.js';
import { PlainSeeding } from './plain.seeding.js';
import { plainSeparations } from './plain.separations.js';

/** Multiplications between two calls of `interrupt`: some milliseconds. */
const CHUNK = 4_000_000;

/**
 * The reference: strict float64 throughout, dense, in plain TypeScript. It keeps one scaled float64 copy of the rows.
 * A distance is given up as soon as its partial sum exceeds the best so far: sums of squares only grow, so that changes
 * nothing.
 */
export class PlainKernel implements Kernel {
  readonly name = 'plain';
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
  readonly weights: Float64Array | null;
  readonly bounds: Int32Array;
  readonly interrupt: () => void;

  constructor(input: KernelInput) {
    this.rows = input.rows;
    this.columns = input.columns;
    this.weights = input.weights;
    this.interrupt = input.interrupt;
    this.bounds = partitionBounds(input.rows);
    this.values = new Float64Array(input.rows * input.columns);
    const [first, second] = scaleFactors(input.exponent);
    for (let i = 0; i < this.values.length; i++) this.values[i] = input.data[i] * first * second;
  }

  nearest(centers: Float64Array, k: number, labels: Int32Array): void {
    this.byChunks(k, (i) => {
      labels[i] = this.nearestOf(i, centers, k, 0);
    });
  }

  nearestUnseen(centers: Float64Array, k: number, detail: Detail): Found {
    let largest = 0;
    // Not a number once, not a number for good.
    for (const value of this.values) largest = Math.max(largest, Math.abs(value));
    const seconds = detail === 'runner-up' ? this.rows : 0;
    const found = {
      labels: new Int32Array(this.rows),
      distances: new Float64Array(detail === 'labels' ? 0 : this.rows),
      runnerUps: new Int32Array(seconds),
      runnerUpDistances: new Float64Array(seconds),
    };
    if (!(largest < Infinity)) return { largest: NaN, ...found };
    const { labels, distances, runnerUpDistances } = found;
    if (detail === 'runner-up') {
      this.nearestTwo(centers, k, found);
      for (let i = 0; i < seconds; i++) {
        distances[i] = Math.sqrt(distances[i]);
        runnerUpDistances[i] = Math.sqrt(runnerUpDistances[i]);
      }
      return { largest, ...found };
    }
    this.nearest(centers, k, labels);
    for (let i = 0; i < distances.length; i++) distances[i] = Math.sqrt(this.d2(i, centers, labels[i]));
    return { largest, ...found };
  }

  nearestTwo(centers: Float64Array, k: number, out: NearestTwo): void {
    this.byChunks(k, (i) => {
      let best = Infinity;
      let label = -1;
      let second = Infinity;
      let runnerUp = -1;
      for (let c = 0; c < k; c++) {
        const distance = this.d2(i, centers, c);
        if (distance < best || label < 0) {
          second = best;
          runnerUp = label;
          best = distance;
          label = c;
        } else if (distance < second || runnerUp < 0) {
          second = distance;
          runnerUp = c;
        }
      }
      out.labels[i] = label;
      out.distances[i] = best;
      out.runnerUps[i] = runnerUp;
      out.runnerUpDistances[i] = second;
    });
  }

  transform(centers: Float64Array, k: number, out: Float64Array): void {
    this.byChunks(k, (i) => {
      for (let c = 0; c < k; c++) out[i * k + c] = this.d2(i, centers, c);
    });
  }

  inertia(centers: Float64Array, labels: Labels): number {
    const { weights, bounds } = this;
    let sum = 0;
    for (let p = 0; p < PARTITIONS; p++) {
      this.interrupt();
      let part = 0;
      for (let i = bounds[p]; i < bounds[p + 1]; i++) {
        const distance = this.d2(i, centers, labels[i]);
        part += weights === null ? distance : weights[i] * distance;
      }
      sum += part;
    }
    return sum;
  }

  distances(centers: Float64Array, labels: Labels, out: Float64Array): void {
    this.byChunks(1, (i) => {
      out[i] = this.d2(i, centers, labels[i]);
    });
  }

  separations(groupings: readonly Grouping[], own: Float64Array, nearest: Float64Array): void {
    plainSeparations(this.values, this.columns, groupings, own, nearest, this.interrupt);
  }

  row(index: number, out: Float64Array): void {
    out.set(this.values.subarray(index * this.columns, (index + 1) * this.columns));
  }

  seeding(): Seeding {
    return new PlainSeeding(this);
  }

  assigner(k: number): Assigner {
    return new PlainAssigner(this, k);
  }

  close(): void {
    // Nothing is held but garbage-collected memory.
  }

  /** Strict squared distance of a row to centre c. */
  d2(row: number, centers: Float64Array, c: number): number {
    const { values, columns } = this;
    let a = row * columns;
    let b = c * columns;
    let sum = 0;
    for (const end = a + columns; a < end; a++, b++) {
      const difference = values[a] - centers[b];
      sum += difference * difference;
    }
    return sum;
  }

  /** The nearest centre, the lowest number where they tie; `guess` is looked at first. */
  nearestOf(row: number, centers: Float64Array, k: number, guess: number): number {
    const { values, columns } = this;
    const start = row * columns;
    const end = start + columns;
    let best = this.d2(row, centers, guess);
    let label = guess;
    for (let c = 0; c < k; c++) {
      let sum = 0;
      let b = c * columns;
      for (let a = start; a < end; a++, b++) {
        const difference = values[a] - centers[b];
        sum += difference * difference;
        if (sum > best) break;
      }
      if (sum < best || (sum === best && c < label)) {
        best = sum;
        label = c;
      }
    }
    return label;
  }

  /** Calls `visit` for every row in order, `interrupt` now and then; `work` is the centres looked at a row. */
  byChunks(work: number, visit: (row: number) => void, from = 0, to = this.rows): void {
    const step = Math.max(1, Math.floor(CHUNK / (work * this.columns)));
    for (let start = from; start < to; start += step) {
      this.interrupt();
      const end = Math.min(to, start + step);
      for (let i = start; i < end; i++) visit(i);
    }
  }
}

class PlainAssigner implements Assigner {
  readonly algorithm: Algorithm = {
    name: 'lloyd',
    why: 'The reference kernel compares every row with every centre.',
  };
  readonly labels: Int32Array;
  private readonly delta: ClusterSums;
  /** Whether no row has a label yet. */
  private fresh = true;

  constructor(
    private readonly kernel: PlainKernel,
    private readonly k: number,
  ) {
    this.labels = new Int32Array(kernel.rows);
    this.delta = {
      sums: new Float64Array(k * kernel.columns),
      weights: new Float64Array(k),
      counts: new Int32Array(k),
    };
  }

  assign(centers: Float64Array, sums: ClusterSums): number {
    const { kernel, k, labels, fresh } = this;
    this.fresh = false;
    let changed = 0;
    this.byPartition(sums, k, (i) => {
      const before = labels[i];
      const after = kernel.nearestOf(i, centers, k, before);
      if (after === before && !fresh) return;
      labels[i] = after;
      changed++;
      this.carry(i, after, 1);
      if (!fresh) this.carry(i, before, -1);
    });
    return changed;
  }

  recount(sums: ClusterSums): void {
    sums.sums.fill(0);
    sums.weights.fill(0);
    sums.counts.fill(0);
    this.byPartition(sums, 1, (i) => {
      this.carry(i, this.labels[i], 1);
    });
  }

  invalidate(): void {
    this.fresh = false;
  }

  close(): void {
    // Nothing is held but garbage-collected memory.
  }

  /** Adds a row to a cluster of the partition under way, or takes it off. */
  private carry(row: number, cluster: number, sign: 1 | -1): void {
    const { values, columns, weights } = this.kernel;
    const { delta } = this;
    const weight = sign * (weights?.[row] ?? 1);
    const from = row * columns;
    const to = cluster * columns;
    for (let j = 0; j < columns; j++) delta.sums[to + j] += weight * values[from + j];
    delta.weights[cluster] += weight;
    if (weight !== 0) delta.counts[cluster] += sign;
  }

  /** Visits the rows; what a partition left in `delta` is added to `sums` after it. */
  private byPartition(sums: ClusterSums, work: number, visit: (row: number) => void): void {
    const { delta } = this;
    const { bounds } = this.kernel;
    for (let p = 0; p < PARTITIONS; p++) {
      delta.sums.fill(0);
      delta.weights.fill(0);
      delta.counts.fill(0);
      this.kernel.byChunks(work, visit, bounds[p], bounds[p + 1]);
      for (let j = 0; j < delta.sums.length; j++) sums.sums[j] += delta.sums[j];
      for (let c = 0; c < this.k; c++) {
        sums.weights[c] += delta.weights[c];
        sums.counts[c] += delta.counts[c];
      }
    }
  }
}
