import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Kernel, KernelInput } from '../kernels/kernel.js';
import { PlainKernel } from '../kernels/plain.kernel.js';
import { createMemory } from '../kernels/wasm/crew.js';
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

const crews = [1, 2, 4].map(gather);
afterAll(() => Promise.all(crews.map(({ dismiss }) => dismiss())));

/** Ways for rows to lie; each gives the value at a row and column. */
const KINDS = {
  uniform: (g: Generator) => g.uniform(),
  clustered: (g: Generator, row: number) => (row % 7) + 0.3 * g.uniform(),
  duplicated: (g: Generator) => g.below(3) / 4,
  integers: (g: Generator) => g.below(256),
  distant: (g: Generator) => 1e6 + g.uniform(),
  spiked: (g: Generator, row: number) => (row === 5 ? 1e4 : 1) * g.uniform(),
} as const;

interface Case {
  readonly kind: keyof typeof KINDS;
  readonly rows: number;
  readonly columns: number;
  readonly k: number;
  readonly single: boolean;
  readonly weighted: boolean;
  readonly seed: number;
}

const cases = (columns: readonly number[], rows: number, k = { min: 1, max: 40 }): fc.Arbitrary<Case> =>
  fc.record({
    kind: fc.constantFrom(...(Object.keys(KINDS) as (keyof typeof KINDS)[])),
    rows: fc.integer({ min: rows / 4, max: rows }),
    columns: fc.constantFrom(...columns),
    k: fc.integer(k),
    single: fc.boolean(),
    weighted: fc.boolean(),
    seed: fc.nat(),
  });

function inputOf({ kind, rows, columns, single, weighted, seed }: Case): KernelInput {
  const generator = new Generator(seed, 0);
  const data = Float64Array.from({ length: rows * columns }, (_, i) => KINDS[kind](generator, Math.floor(i / columns)));
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
    return { ...new KMeans(kernel, weights, options, () => undefined).train(start), chosen };
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  } finally {
    kernel.close();
  }
}

describe('trainings of the plain kernel and of 1, 2 and 4 threads', () => {
  it.each([
    { columns: [1, 2, 3], rows: 10_000, way: 'boxes' },
    { columns: [4, 7, 16, 40], rows: 4000, way: 'one bound a row' },
    { columns: [33, 64], rows: 1500, k: { min: 40, max: 140 }, way: 'a bound a group of centres' },
    { columns: [128, 150], rows: 1000, way: 'a bound a centre' },
  ])('give the same bits ($way)', ({ columns, rows, k }) => {
    fc.assert(
      fc.property(cases(columns, rows, k), (made) => {
        const input = inputOf(made);
        const expected = train(new PlainKernel(input), input, made);
        for (const { crew } of crews) {
          const actual = train(new WasmKernel(input, crew), input, made);
          expect(actual && { ...actual, algorithm: expected?.algorithm }).toEqual(expected);
        }
      }),
      { numRuns: 25 },
    );
  });
});
