import { expect } from '@jest/globals';
import { Generator } from '../kmeans/generator.js';
import { weightedSum } from '../kmeans/space.js';
import type { Kernel, KernelFactory } from './kernel.js';
import { Potential, rounded, STRETCH } from './potential.js';
import { emptySums, Law, makeInput, startOf, type Shape } from './law.suite.js';

export function checkNearest(kernel: Kernel, law: Law, centers: Float64Array, k: number): void {
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
  expect(kernel.inertia(centers, labels)).toBe(weightedSum(own, law.input.weights));
  const found = kernel.nearestUnseen(centers, k, 'nearest');
  expect(Array.from(found.labels)).toEqual(expected.labels);
  expect(Array.from(found.distances)).toEqual(Array.from(own, Math.sqrt));
}

/** Iterates as a training does, one row moved from outside on the way, and compares every bit. */
export function checkTraining(kernel: Kernel, law: Law, start: Float64Array, k: number, iterations: number): void {
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
    // What else the kernel is asked in between leaves the training alone.
    if (iteration % 2 === 0) {
      const shifted = centers.map((value) => value * 0.75);
      kernel.distances(shifted, assigner.labels, new Float64Array(rows));
      kernel.inertia(shifted, assigner.labels);
    }
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

/** A seeding by the law: all distances anew for every row chosen. */
class LawSeeding {
  closest: Float64Array;
  readonly potential: Potential;

  constructor(private readonly law: Law) {
    const { rows } = law.input;
    this.closest = new Float64Array(rows).fill(Infinity);
    const mass = (row: number): number => law.weight(row) * this.closest[row];
    this.potential = new Potential(rows, {
      largest: () => this.closest.reduce((most, _, row) => Math.max(most, mass(row)), 0),
      addUp: (magnet, sums) => {
        sums.fill(0);
        for (let row = 0; row < rows; row++) sums[Math.floor(row / STRETCH)] += rounded(mass(row), magnet);
      },
      list: (stretch, out) => {
        for (let i = 0; i < out.length; i++) out[i] = mass(stretch * STRETCH + i);
      },
    });
  }

  /** The squared distances with one more row chosen. */
  with(row: number): Float64Array {
    const { columns } = this.law.input;
    const own = this.law.values.subarray(row * columns, (row + 1) * columns);
    return this.closest.map((distance, i) => Math.min(distance, this.law.d2(i, own, 0)));
  }

  add(row: number): void {
    this.closest = this.with(row);
    this.potential.settle();
  }

  best(candidates: Int32Array): number {
    const left = Array.from(candidates, (candidate) => {
      const gains = new Float64Array(Math.ceil(this.closest.length / STRETCH));
      this.with(candidate).forEach((distance, i) => {
        const [before, after] = [this.closest[i], distance].map((d2) =>
          rounded(this.law.weight(i) * d2, this.potential.attraction),
        );
        gains[Math.floor(i / STRETCH)] += before - after;
      });
      return this.potential.without(gains);
    });
    return left.indexOf(Math.min(...left));
  }
}

export function checkSeeding(kernel: Kernel, law: Law, seed: number, k: number): void {
  const { rows } = law.input;
  const generator = new Generator(seed, 2);
  const seeding = kernel.seeding(k);
  const expected = new LawSeeding(law);
  const check = (): void => {
    expect(Array.from(seeding.closest)).toEqual(Array.from(expected.closest));
    expect(seeding.potential).toBe(expected.potential.total);
    if (seeding.potential === 0) return;
    for (const share of [0, generator.uniform(), generator.uniform(), 1 - 2 ** -53]) {
      expect(seeding.draw(share)).toBe(expected.potential.draw(share));
    }
  };
  for (let step = 0; step < 4; step++) {
    const row = generator.below(rows);
    seeding.add(row);
    expected.add(row);
    check();
    // More candidates than a tile has lanes, some of them twice, one a chosen row.
    const many = Int32Array.from({ length: 2 + (step % 3) * 8 }, () => generator.below(rows));
    many[1] = step % 2 === 0 ? many[0] : row;
    const best = seeding.best(many);
    expect(best).toBe(expected.best(many));
    if (step % 2 === 0) continue;
    seeding.add(many[best]);
    expected.add(many[best]);
    check();
  }
  seeding.close();
}

/** Groupings of several sizes at once, in each of which group 0 has no rows. */
function checkSeparations(kernel: Kernel, law: Law, most: number): void {
  const n = law.input.rows;
  const generator = new Generator(n, 11);
  const groupings = Array.from({ length: most }, (_, g) => ({
    k: g + 2,
    labels: Int32Array.from({ length: n }, () => 1 + generator.below(g + 1)),
  }));
  const own = new Float64Array(most * n);
  const nearest = new Float64Array(most * n);
  kernel.separations(groupings, own, nearest);
  for (let i = 0; i < n; i++) {
    const row = law.values.subarray(i * law.input.columns);
    const lengths = Float64Array.from({ length: n }, (_, j) => Math.sqrt(law.d2(j, row, 0)));
    groupings.forEach(({ labels, k }, g) => {
      const sums = new Float64Array(k);
      const counts = new Int32Array(k);
      labels.forEach((label, j) => {
        sums[label] += lengths[j];
        counts[label]++;
      });
      const others = Array.from(sums, (sum, c) => (c === labels[i] || counts[c] === 0 ? Infinity : sum / counts[c]));
      expect(own[g * n + i]).toBe(sums[labels[i]]);
      expect(nearest[g * n + i]).toBe(Math.min(...others));
    });
  }
}

export function checkAll(factory: KernelFactory, shape: Shape, seed: number): void {
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
