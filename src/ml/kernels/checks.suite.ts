import { expect } from '@jest/globals';
import { Generator } from '../kmeans/generator.js';
import { weightedSum } from '../kmeans/space.js';
import { PARTITIONS, type Kernel, type KernelFactory, type Seeding } from './kernel.js';
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

export function checkSeeding(kernel: Kernel, law: Law, seed: number, k: number): void {
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
