import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Kernel, KernelInput } from '../kernels/kernel.js';
import { PlainKernel } from '../kernels/plain.kernel.js';
import { compile } from '../kernels/wasm/binary.js';
import { createMemory, Lone } from '../kernels/wasm/crew.js';
import { WasmKernel } from '../kernels/wasm/wasm.kernel.js';
import { Generator } from '../kmeans/generator.js';
import { Helper } from '../kmeans/helper.js';
import { KMeans, type Trained } from '../kmeans/kmeans.js';
import { LEAVE, Word } from './barrier.js';
import type { TeamData } from './team.js';
import { Threads } from './threads.js';
import { workerUrl } from './worker-url.js';

/** A crew of real threads, led by the one that runs the tests. */
function gather(size: number): { crew: Threads; dismiss: () => Promise<unknown> } {
  const memory = createMemory();
  const control = new Int32Array(new SharedArrayBuffer(4 * Word.Length));
  const workers = Array.from({ length: size - 1 }, (_, i) => {
    const workerData: TeamData = { memory, control, size, rank: i + 1 };
    return new Worker(workerUrl('./follower.worker.js', import.meta.url), { workerData });
  });
  const dismiss = (): Promise<unknown> => {
    control[Word.Phase] = LEAVE;
    Atomics.add(control, Word.Epoch, 1);
    Atomics.notify(control, Word.Epoch);
    return Promise.all(workers.map((worker) => worker.terminate()));
  };
  return { crew: new Threads(memory, control, size), dismiss };
}

const gathered = [1, 2, 4].map(gather);
afterAll(() => Promise.all(gathered.map(({ dismiss }) => dismiss())));

/** The last of them is that of engines without relaxed SIMD. */
const crews = [...gathered.map(({ crew }) => crew), new Lone(compile('wasm-simd'))];

/** Ways for rows to lie; each gives the value at a row and column. */
const KINDS = {
  uniform: (g: Generator) => g.uniform(),
  clustered: (g: Generator, row: number) => (row % 7) + 0.3 * g.uniform(),
  duplicated: (g: Generator) => g.below(3) / 4,
  integers: (g: Generator) => g.below(256),
  distant: (g: Generator) => 1e6 + g.uniform(),
  spiked: (g: Generator, row: number) => (row === 5 ? 1e4 : 1) * g.uniform(),
} as const;

/** Rows near six directions, spread evenly: it takes long until no label changes. */
const FLAT = {
  flat: (g: Generator, row: number, column: number) => {
    let value = 0.1 * g.uniform();
    for (let l = 1; l <= 6; l++) value += Math.sin(row * Math.sqrt(l + 1)) * Math.cos(column * (l + 0.3));
    return value;
  },
  pixels: (g: Generator, row: number, column: number) => Math.floor(40 * (6 + FLAT.flat(g, row, column))),
} as const;
type Kind = keyof typeof KINDS | keyof typeof FLAT;
const ALL: Record<Kind, (g: Generator, row: number, column: number) => number> = { ...KINDS, ...FLAT };

interface Case {
  readonly kind: Kind;
  readonly rows: number;
  readonly columns: number;
  readonly k: number;
  readonly single: boolean;
  readonly weighted: boolean;
  readonly seed: number;
}

const cases = (
  columns: readonly number[],
  rows: { min: number; max: number },
  k = { min: 1, max: 40 },
  kinds: object = KINDS,
): fc.Arbitrary<Case> =>
  fc.record({
    kind: fc.constantFrom(...(Object.keys(kinds) as Kind[])),
    rows: fc.integer(rows),
    columns: fc.constantFrom(...columns),
    k: fc.integer(k),
    single: fc.boolean(),
    weighted: fc.boolean(),
    seed: fc.nat(),
  });

function inputOf({ kind, rows, columns, single, weighted, seed }: Case): KernelInput {
  const generator = new Generator(seed, 0);
  const data = Float64Array.from({ length: rows * columns }, (_, i) =>
    ALL[kind](generator, Math.floor(i / columns), i % columns),
  );
  return {
    data: single ? Float32Array.from(data) : data,
    rows,
    columns,
    exponent: 0,
    weights: weighted ? Float64Array.from({ length: rows }, () => generator.uniform()) : null,
    interrupt: () => undefined,
  };
}

/** A seeding and a training, all that comes of them; null where there are too few distinct rows. */
function train(kernel: Kernel, { weights }: KernelInput, { k, seed }: Case): (Trained & { chosen: Int32Array }) | null {
  try {
    const helper = new Helper(kernel, weights, () => undefined);
    const chosen = helper.plusPlus(k, new Generator(seed, 1));
    const start = new Float64Array(k * kernel.columns);
    chosen.forEach((row, c) => {
      kernel.row(row, start.subarray(c * kernel.columns, (c + 1) * kernel.columns));
    });
    const options = { k, maxIterations: 90, shiftTolerance: 0, spherical: false };
    const trained = new KMeans(kernel, weights, options, () => undefined).train(start);
    // Kernels keep them as narrow as they like.
    return { ...trained, labels: Int32Array.from(trained.labels), chosen };
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  } finally {
    kernel.close();
  }
}

describe('trainings of the plain kernel, of 1, 2 and 4 threads, and of the build without relaxed SIMD', () => {
  it.each([
    { columns: [1, 2, 3], rows: { min: 2500, max: 10_000 }, way: 'boxes' },
    { columns: [4, 7, 16, 40], rows: { min: 1000, max: 4000 }, way: 'one bound a row' },
    { columns: [33, 64], rows: { min: 375, max: 1500 }, k: { min: 40, max: 140 }, way: 'a bound a group of centres' },
    { columns: [128, 150], rows: { min: 250, max: 1000 }, way: 'a bound a centre' },
    {
      columns: [128, 200],
      rows: { min: 2048, max: 3000 },
      k: { min: 2, max: 50 },
      kinds: FLAT,
      runs: 6,
      way: 'sketches',
    },
  ])('give the same bits ($way)', ({ columns, rows, k, kinds, runs }) => {
    fc.assert(
      fc.property(cases(columns, rows, k, kinds), (made) => {
        const input = inputOf(made);
        const expected = train(new PlainKernel(input), input, made);
        for (const crew of crews) {
          const actual = train(new WasmKernel(input, crew), input, made);
          expect(actual && { ...actual, algorithm: expected?.algorithm }).toEqual(expected);
          if (kinds && made.k > 1) expect(actual?.algorithm.name).toBe('sketch');
        }
      }),
      { numRuns: runs ?? 25 },
    );
  });
});
