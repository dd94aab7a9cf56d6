import { describe, expect, it } from '@jest/globals';
import { Generator } from '../kmeans/generator.js';
import {
  PARTITIONS,
  partitionBounds,
  scaleFactors,
  type ClusterSums,
  type Kernel,
  type KernelFactory,
  type KernelInput,
  type Seeding,
} from './kernel.js';

/** What the suite makes of an input by itself, in the plainest float64: the law every kernel is held to. */
class Law {
  readonly values: Float64Array;
  readonly bounds: Int32Array;

  constructor(readonly input: KernelInput) {
    const [first, second] = scaleFactors(input.exponent);
    this.values = Float64Array.from(input.data, (value) => value * first * second);
    this.bounds = partitionBounds(input.rows);
  }

  d2(row: number, centers: Float64Array, c: number): number {
    const d = this.input.columns;
    let sum = 0;
    for (let j = 0; j < d; j++) sum += (this.values[row * d + j] - centers[c * d + j]) ** 2;
    return sum;
  }

  all(centers: Float64Array, k: number): Float64Array {
    return Float64Array.from({ length: this.input.rows * k }, (_, i) => this.d2(Math.floor(i / k), centers, i % k));
  }

  nearest(centers: Float64Array, k: number): { labels: number[]; runnerUps: number[] } {
    const labels: number[] = [];
    const runnerUps: number[] = [];
    for (let i = 0; i < this.input.rows; i++) {
      const order = Array.from({ length: k }, (_, c) => c).sort(
        (a, b) => this.d2(i, centers, a) - this.d2(i, centers, b) || a - b,
      );
      labels.push(order[0]);
      runnerUps.push(order[1] ?? -1);
    }
    return { labels, runnerUps };
  }

  weight(row: number): number {
    return this.input.weights?.[row] ?? 1;
  }

  overRows(value: (row: number) => number): Float64Array {
    const parts = new Float64Array(PARTITIONS);
    for (let p = 0; p < PARTITIONS; p++) {
      for (let i = this.bounds[p]; i < this.bounds[p + 1]; i++) parts[p] += value(i);
    }
    return parts;
  }

  /** Changes from `before` to `after`, carried into `sums`. */
  carry(before: ArrayLike<number>, after: ArrayLike<number>, sums: ClusterSums): void {
    const d = this.input.columns;
    const k = sums.counts.length;
    for (let p = 0; p < PARTITIONS; p++) {
      const delta = emptySums(k, d);
      const add = (row: number, cluster: number, sign: number): void => {
        const weight = sign * this.weight(row);
        for (let j = 0; j < d; j++) delta.sums[cluster * d + j] += weight * this.values[row * d + j];
        delta.weights[cluster] += weight;
        if (weight !== 0) delta.counts[cluster] += sign;
      };
      for (let i = this.bounds[p]; i < this.bounds[p + 1]; i++) {
        if (before[i] === after[i]) continue;
        add(i, after[i], 1);
        if (before[i] >= 0) add(i, before[i], -1);
      }
      delta.sums.forEach((value, j) => (sums.sums[j] += value));
      delta.weights.forEach((value, c) => (sums.weights[c] += value));
      delta.counts.forEach((value, c) => (sums.counts[c] += value));
    }
  }
}

function emptySums(k: number, columns: number): ClusterSums {
  return { sums: new Float64Array(k * columns), weights: new Float64Array(k), counts: new Int32Array(k) };
}

interface Shape {
  readonly rows: number;
  readonly columns: number;
  readonly k: number;
  readonly value?: (generator: Generator, row: number, column: number) => number;
  readonly single?: boolean;
  readonly exponent?: number;
  readonly weighted?: boolean;
}

/** Row values and starting centres, the centres being rows (so that ties and zero distances occur). */
function makeInput({ rows, columns, value, single, exponent = 0, weighted }: Shape, seed: number): KernelInput {
  const generator = new Generator(seed, 1);
  const draw = value ?? ((g: Generator): number => g.uniform() * 2 - 1);
  const data = Float64Array.from({ length: rows * columns }, (_, i) =>
    draw(generator, Math.floor(i / columns), i % columns),
  );
  const weights = Float64Array.from({ length: rows }, () => (generator.below(5) === 0 ? 0 : generator.uniform()));
  return {
    data: single ? Float32Array.from(data) : data,
    rows,
    columns,
    exponent,
    weights: weighted ? weights : null,
    interrupt: () => undefined,
  };
}

function startOf(law: Law, k: number): Float64Array {
  const d = law.input.columns;
  const centers = new Float64Array(k * d);
  for (let c = 0; c < k; c++) {
    const row = law.input.rows === 0 ? 0 : Math.floor((c * law.input.rows) / k);
    for (let j = 0; j < d; j++) centers[c * d + j] = law.values[row * d + j] || 0;
  }
  return centers;
}

function checkNearest(kernel: Kernel, law: Law, centers: Float64Array, k: number): void {
  const n = law.input.rows;
  const expected = law.nearest(centers, k);
  const labels = new Int32Array(n);
  kernel.nearest(centers, k, labels);
  expect(Array.from(labels)).toEqual(expected.labels);

  const two = {
    labels: new Int32Array(n),
    distances: new Float64Array(n),
    runnerUps: new Int32Array(n),
    runnerUpDistances: new Float64Array(n),
  };
  kernel.nearestTwo(centers, k, two);
  expect(Array.from(two.labels)).toEqual(expected.labels);
  expect(Array.from(two.runnerUps)).toEqual(expected.runnerUps);
  const all = law.all(centers, k);
  expect(Array.from(two.distances)).toEqual(expected.labels.map((c, i) => all[i * k + c]));
  expect(Array.from(two.runnerUpDistances)).toEqual(
    expected.runnerUps.map((c, i) => (c < 0 ? Infinity : all[i * k + c])),
  );

  const distances = new Float64Array(n * k);
  kernel.transform(centers, k, distances);
  expect(Array.from(distances)).toEqual(Array.from(all));
  const own = new Float64Array(n);
  kernel.distances(centers, labels, own);
  expect(Array.from(own)).toEqual(Array.from(two.distances));
}

/** Iterates as a training does, one row moved from outside on the way, and compares every bit. */
function checkTraining(kernel: Kernel, law: Law, start: Float64Array, k: number, iterations: number): void {
  const { rows, columns } = law.input;
  const assigner = kernel.assigner(k);
  const sums = emptySums(k, columns);
  const expected = emptySums(k, columns);
  let before: number[] = new Array<number>(rows).fill(-1);
  const centers = start.slice();
  for (let iteration = 1; iteration <= iterations; iteration++) {
    const { labels } = law.nearest(centers, k);
    const changed = labels.filter((label, i) => label !== before[i]).length;
    expect(assigner.assign(centers, sums)).toBe(changed);
    expect(Array.from(assigner.labels)).toEqual(labels);
    law.carry(before, labels, expected);
    expect(sums).toEqual(expected);
    before = labels;
    if (iteration === 3 && rows > 0) {
      assigner.labels[rows - 1] = 0;
      before[rows - 1] = 0;
      assigner.invalidate();
    }
    if (iteration % 3 === 0) {
      assigner.recount(sums);
      expected.sums.fill(0);
      expected.weights.fill(0);
      expected.counts.fill(0);
      law.carry(new Array<number>(rows).fill(-1), before, expected);
      expect(sums).toEqual(expected);
    }
    for (let j = 0; j < centers.length; j++) {
      const c = Math.floor(j / columns);
      if (sums.counts[c] > 0) centers[j] = sums.sums[j] / sums.weights[c];
    }
  }
  assigner.close();
}

/** The candidate that leaves the lowest potential, its gains taken off one by one. */
function lowest(law: Law, closest: Float64Array, candidates: Int32Array): number {
  const { columns } = law.input;
  const masses = law.overRows((i) => law.weight(i) * closest[i]);
  const potential = masses.reduce((sum, mass) => sum + mass, 0);
  const left = Array.from(candidates, (candidate) => {
    const center = law.values.subarray(candidate * columns, (candidate + 1) * columns);
    const gains = law.overRows((i) => {
      const distance = law.d2(i, center, 0);
      return distance < closest[i] ? law.weight(i) * (closest[i] - distance) : 0;
    });
    return gains.reduce((rest, gain) => rest - gain, potential);
  });
  return left.indexOf(Math.min(...left));
}

function checkDraws(seeding: Seeding, law: Law, closest: Float64Array, generator: Generator): void {
  for (let p = 0; p < PARTITIONS; p++) {
    const mass = (i: number): number => law.weight(i) * closest[i];
    const before = generator.uniform();
    const massive: { row: number; upTo: number }[] = [];
    let upTo = 0;
    for (let row = law.bounds[p]; row < law.bounds[p + 1]; row++) {
      if (mass(row) === 0) continue;
      upTo += mass(row);
      massive.push({ row, upTo: before + upTo });
    }
    if (massive.length === 0) continue;
    for (const target of [0, before + generator.uniform() * upTo, massive[massive.length >> 1].upTo]) {
      const drawn = massive.find((one) => one.upTo > target);
      if (drawn !== undefined) expect(seeding.reach(p, before, target)).toBe(drawn.row);
    }
    expect(seeding.reach(p, -Infinity, Infinity)).toBe(massive.at(-1)!.row);
  }
}

function checkSeeding(kernel: Kernel, law: Law, seed: number, k: number): void {
  const { rows } = law.input;
  const generator = new Generator(seed, 2);
  const seeding = kernel.seeding(k);
  const closest = new Float64Array(rows).fill(Infinity);
  for (let step = 0; step < 4; step++) {
    const row = generator.below(rows);
    seeding.add(row);
    const own = new Float64Array(law.input.columns);
    kernel.row(row, own);
    for (let i = 0; i < rows; i++) closest[i] = Math.min(closest[i], law.d2(i, own, 0));
    expect(Array.from(seeding.closest)).toEqual(Array.from(closest));
    expect(Array.from(seeding.masses)).toEqual(Array.from(law.overRows((i) => law.weight(i) * closest[i])));

    const candidates = Int32Array.from({ length: 3 }, () => generator.below(rows));
    const gains = new Float64Array(3 * PARTITIONS);
    seeding.gains(candidates, gains);
    candidates.forEach((candidate, t) => {
      kernel.row(candidate, own);
      const expected = law.overRows((i) => {
        const distance = law.d2(i, own, 0);
        return distance < closest[i] ? law.weight(i) * (closest[i] - distance) : 0;
      });
      expect(Array.from(gains.subarray(t * PARTITIONS, (t + 1) * PARTITIONS))).toEqual(Array.from(expected));
    });
    checkDraws(seeding, law, closest, generator);
    // More candidates than a tile has lanes, some of them twice, one a chosen row.
    const many = Int32Array.from({ length: 2 + (step % 3) * 8 }, () => generator.below(rows));
    many[1] = step % 2 === 0 ? many[0] : row;
    const best = seeding.best(many);
    expect(best).toBe(lowest(law, closest, many));
    if (step % 2 === 0) continue;
    seeding.add(many[best]);
    kernel.row(many[best], own);
    for (let i = 0; i < rows; i++) closest[i] = Math.min(closest[i], law.d2(i, own, 0));
    expect(Array.from(seeding.closest)).toEqual(Array.from(closest));
    expect(Array.from(seeding.masses)).toEqual(Array.from(law.overRows((i) => law.weight(i) * closest[i])));
  }
  seeding.close();
}

function checkSeparations(kernel: Kernel, law: Law, groups: number): void {
  const n = law.input.rows;
  // The first group has no rows, and the others are of unequal size.
  const starts = Int32Array.from({ length: groups + 2 }, (_, g) =>
    g < 2 ? 0 : Math.floor(n * ((g - 1) / groups) ** 2),
  );
  starts[groups + 1] = n;
  const own = new Float64Array(n);
  const nearest = new Float64Array(n);
  kernel.separations(starts, own, nearest);
  for (let i = 0; i < n; i++) {
    let lowest = Infinity;
    for (let g = 0; g <= groups; g++) {
      let sum = 0;
      for (let j = starts[g]; j < starts[g + 1]; j++)
        sum += Math.sqrt(law.d2(j, law.values.subarray(i * law.input.columns), 0));
      if (starts[g] <= i && i < starts[g + 1]) expect(own[i]).toBe(sum);
      else if (starts[g] < starts[g + 1]) lowest = Math.min(lowest, sum / (starts[g + 1] - starts[g]));
    }
    expect(nearest[i]).toBe(lowest);
  }
}

function checkAll(factory: KernelFactory, shape: Shape, seed: number): void {
  const law = new Law(makeInput(shape, seed));
  const kernel = factory(law.input);
  try {
    expect(kernel.rows).toBe(shape.rows);
    expect(kernel.columns).toBe(shape.columns);
    const centers = startOf(law, shape.k);
    checkNearest(kernel, law, centers, shape.k);
    checkTraining(kernel, law, centers, shape.k, 8);
    if (shape.rows > 0) for (const k of [1, 100]) checkSeeding(kernel, law, seed, k);
    checkSeparations(kernel, law, 1 + (seed % 4));
  } finally {
    kernel.close();
  }
}

const SIZES = [1, 2, 3, 5, 16, 17, 64, 100];

/** Values on a coarse grid: many ties, many equal rows. */
const onGrid = (generator: Generator): number => generator.below(3);

/** The one suite that every kernel passes, against float64 brute force, bit for bit. */
export function describeKernel(name: string, factory: KernelFactory): void {
  describe(`kernel ${name}`, () => {
    it.each([true, false])('takes an empty table (single %s)', (single) => {
      checkAll(factory, { rows: 0, columns: 3, k: 2, single }, 1);
    });

    it.each([1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 65, 127])('leaves no remainder of %i rows', (rows) => {
      checkAll(factory, { rows, columns: 3, k: Math.min(rows, 5) }, rows);
      checkAll(factory, { rows, columns: 17, k: Math.min(rows, 9), single: true }, rows);
    });

    describe.each(SIZES)('%i columns', (columns) => {
      it.each(SIZES)('and %i clusters', (k) => {
        const rows = 107 + k;
        checkAll(factory, { rows, columns, k }, columns * 1000 + k);
        checkAll(factory, { rows, columns, k, single: true, weighted: true }, columns * 1000 + k + 1);
      });
    });

    it.each([1, 2, 3, 8, 16])('gives ties to the lowest number in %i columns', (columns) => {
      checkAll(factory, { rows: 301, columns, k: 12, value: onGrid }, columns);
      checkAll(factory, { rows: 301, columns, k: 12, value: onGrid, single: true, weighted: true }, columns);
    });

    it.each([1, 3, 16, 40])('tells rows apart far from the origin in %i columns', (columns) => {
      const value = (generator: Generator): number => 1e6 + generator.uniform();
      checkAll(factory, { rows: 257, columns, k: 10, value, exponent: 20 }, columns);
      checkAll(factory, { rows: 257, columns, k: 10, value, exponent: 20, single: true }, columns);
      const nearly = (generator: Generator): number => 1e6 + generator.uniform() * 1e-8;
      checkAll(factory, { rows: 257, columns, k: 10, value: nearly, exponent: 20 }, columns);
    });

    it.each([-1060, -1000, -500, 500, 1000])('takes values about 2^%i', (exponent) => {
      const value = (generator: Generator): number => (generator.uniform() - 0.5) * 2 ** exponent;
      for (const columns of [2, 5, 20]) {
        checkAll(factory, { rows: 203, columns, k: 7, value, exponent: exponent - 1 }, columns);
      }
    });

    it.each([-148, -130, -80, 80, 127])('takes float32 values about 2^%i', (exponent) => {
      const value = (generator: Generator): number => (generator.uniform() - 0.5) * 2 ** exponent;
      for (const columns of [2, 5, 20]) {
        checkAll(factory, { rows: 203, columns, k: 7, value, exponent: exponent - 1, single: true }, columns);
      }
    });

    it.each([2, 5, 20])('takes columns of very unequal size (%i)', (columns) => {
      const value = (generator: Generator, _: number, column: number): number =>
        (generator.uniform() - 0.5) * 2 ** (-30 * column);
      checkAll(factory, { rows: 203, columns, k: 7, value }, columns);
      checkAll(factory, { rows: 203, columns, k: 7, value, single: true }, columns);
    });

    it('carries centres that lie far from all rows, or are all the same', () => {
      const law = new Law(makeInput({ rows: 90, columns: 6, k: 4 }, 3));
      const kernel = factory(law.input);
      for (const value of [0, 1e3, -1e100]) {
        checkNearest(kernel, law, new Float64Array(4 * 6).fill(value), 4);
        checkNearest(
          kernel,
          law,
          Float64Array.from({ length: 24 }, (_, j) => (j % 2 === 0 ? value : 0.5)),
          4,
        );
      }
      kernel.close();
    });

    it('is asked for a row and gives its scaled values', () => {
      const law = new Law(makeInput({ rows: 20, columns: 5, k: 1, exponent: 3 }, 4));
      const kernel = factory(law.input);
      const row = new Float64Array(5);
      kernel.row(7, row);
      expect(row).toEqual(law.values.slice(35, 40));
      kernel.close();
    });

    it('ends when it is interrupted', () => {
      let calls = 0;
      const input = {
        ...makeInput({ rows: 400, columns: 4, k: 3 }, 5),
        interrupt: () => {
          if (++calls > 2) throw new Error('enough');
        },
      };
      const kernel = factory(input);
      const centers = new Float64Array(12);
      const repeat = (): void => {
        for (let i = 0; i < 10; i++) kernel.nearest(centers, 3, new Int32Array(400));
      };
      expect(repeat).toThrow('enough');
      kernel.close();
    });
  });
}
