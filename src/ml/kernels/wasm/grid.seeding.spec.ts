import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Generator } from '../../kmeans/generator.js';
import { Helper } from '../../kmeans/helper.js';
import type { Kernel, KernelInput } from '../kernel.js';
import { PlainKernel } from '../plain.kernel.js';
import { Lone, type Scratch } from './crew.js';
import type { PhaseName } from './binary.js';
import { WasmKernel } from './wasm.kernel.js';

/** A crew of one that remembers what it was asked for. */
class Watched extends Lone {
  readonly seen = new Set<PhaseName>();

  override each(phase: PhaseName, plan: number, count: number, scratch: Scratch, interrupt: () => void): void {
    this.seen.add(phase);
    super.each(phase, plan, count, scratch, interrupt);
  }
}

const crew = new Watched();

/** Values of one column by what a table is like. */
const LOOKS: Record<string, (generator: Generator) => number> = {
  spread: (g) => g.uniform() - 0.5,
  lattice: (g) => g.below(40),
  'far groups': (g) => (g.below(5) - 2) * 1e6 + g.uniform(),
  'very far groups': (g) => (g.below(3) - 1) * 1e9 + g.uniform() * 1e-3,
  'far away': (g) => 1e6 + g.uniform(),
  outlier: (g) => (g.below(500) === 0 ? 1e9 : g.uniform()),
  tiny: (g) => (g.uniform() - 0.5) * 1e-22,
  subnormal: (g) => (g.uniform() - 0.5) * 1e-160,
  heap: (g) => (g.below(3) === 0 ? g.uniform() : 0.5),
};

const tables = fc.record({
  rows: fc.oneof(
    fc.integer({ min: 100, max: 700 }),
    fc.constantFrom(255, 256, 257, 511, 513, 2048, 4095, 4096, 4097, 8192, 8193),
  ),
  columns: fc.integer({ min: 1, max: 3 }),
  look: fc.constantFrom(...Object.keys(LOOKS)),
  single: fc.boolean(),
  k: fc.integer({ min: 16, max: 60 }),
  seed: fc.nat(),
});

function inputOf(rows: number, columns: number, single: boolean, value: (i: number) => number): KernelInput {
  const data = Float64Array.from({ length: rows * columns }, (_, i) => value(i));
  const interrupt = (): void => undefined;
  return { data: single ? Float32Array.from(data) : data, rows, columns, exponent: 0, weights: null, interrupt };
}

function seeded(kernel: Kernel, k: number, seed: number): number[] | string {
  try {
    return Array.from(new Helper(kernel, null, () => undefined).plusPlus(k, new Generator(seed, 1)));
  } catch (error) {
    return (error as Error).message;
  }
}

describe('greedy k-means++ on the grid', () => {
  it('chooses the rows that strict distances of all rows to all candidates choose', () => {
    fc.assert(
      fc.property(tables, ({ rows, columns, look, single, k, seed }) => {
        const generator = new Generator(seed, 2);
        const input = inputOf(rows, columns, single, () => LOOKS[look](generator));
        expect(seeded(new WasmKernel(input, crew), k, seed)).toEqual(seeded(new PlainKernel(input), k, seed));
      }),
      { numRuns: 150 },
    );
  });

  it.each(['spread', 'heap'])('counts the distinct rows it has found too few (%s)', (look) => {
    const generator = new Generator(1, 2);
    const input = inputOf(3000, 1, true, () => Math.floor(40 * LOOKS[look](generator)) % 40);
    const refusal = seeded(new WasmKernel(input, crew), 45, 1);
    expect(refusal).toMatch(/^The data have \d+ distinct rows, too few for 45 clusters\.$/);
    expect(refusal).toBe(seeded(new PlainKernel(input), 45, 1));
  });

  it.each([
    ['float32', true],
    ['float64', false],
  ])('decides strictly between candidates that leave the same potential (%s)', (_, single) => {
    // Every row has its image on the other side of the first one.
    const generator = new Generator(7, 2);
    const half = Float64Array.from({ length: 100_000 }, () => generator.below(1 << 20) / 2 ** 20);
    const value = (row: number, j: number): number => half[((row - 1) & ~1) | j] * (row % 2 === 0 ? -1 : 1);
    const input = inputOf(100_001, 2, single, (i) => (i < 2 ? 0 : value(i >> 1, i & 1)));
    const image = (row: number): number => (row % 2 === 0 ? row - 1 : row + 1);
    const left = [new PlainKernel(input), new WasmKernel(input, crew)].map((kernel) => {
      const seeding = kernel.seeding(50);
      seeding.add(0);
      crew.seen.clear();
      const best = [5, 10, 77, 1000].map((row) => seeding.best(Int32Array.of(row, image(row))));
      seeding.add(10);
      best.push(seeding.best(Int32Array.of(77, 1000, 501)));
      const { potential } = seeding;
      seeding.close();
      return { best, potential };
    });
    expect(left[1]).toEqual(left[0]);
    expect(crew.seen.has('nearMeet')).toBe(true);
    expect(crew.seen.has('nearTry')).toBe(true);
  });

  it('does not ask for strict sums where bounds tell the candidates apart', () => {
    const generator = new Generator(8, 2);
    const input = inputOf(100_000, 3, true, () => generator.uniform());
    const kernel = new WasmKernel(input, crew);
    crew.seen.clear();
    expect(seeded(kernel, 20, 1)).toHaveLength(20);
    expect(crew.seen.has('nearMeet')).toBe(true);
    expect(crew.seen.has('nearTry')).toBe(false);
  });
});
