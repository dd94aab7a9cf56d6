import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deserialize, serialize } from 'node:v8';
import type { Checkpoint, FitResult, Matrix } from '../types.js';
import { fit, type FitJobOptions } from './fit.js';
import { Generator } from './generator.js';

const MUTE = { interrupt: () => undefined, progress: null };

/** A fit, and every place where it could have been taken up again. */
function whole(data: Matrix, options: FitJobOptions): { result: FitResult; checkpoints: Checkpoint[] } {
  const checkpoints: Checkpoint[] = [];
  const result = fit(data, options, { ...MUTE, checkpoint: (make) => checkpoints.push(make()) });
  return { result, checkpoints };
}

/** What must not depend on where a fit was taken up; how it was computed may. */
function outcome(result: FitResult): object {
  return { ...result, algorithm: undefined };
}

function table(rows: number, columns: number, seed: number, levels: number): Matrix {
  const generator = new Generator(seed, 1);
  const value = (): number => generator.uniform();
  const data = Float64Array.from({ length: rows * columns }, () =>
    levels > 0 ? Math.floor(value() * levels) : value() * 10 - 5,
  );
  return { data, rows, columns };
}

/** As through the database. */
const stored = (checkpoint: Checkpoint): Checkpoint => deserialize(serialize(checkpoint)) as Checkpoint;

describe('a fit that is taken up again', () => {
  it('ends with the bits of one that was never interrupted, wherever that was', () => {
    let within = 0;
    let between = 0;
    fc.assert(
      fc.property(
        fc.record({
          rows: fc.integer({ min: 60, max: 700 }),
          columns: fc.integer({ min: 1, max: 5 }),
          // Few levels make many equal rows: ties, and clusters that run empty.
          levels: fc.constantFrom(0, 0, 3, 20),
          k: fc.integer({ min: 1, max: 12 }),
          nInit: fc.integer({ min: 1, max: 4 }),
          seed: fc.integer({ min: 0, max: 1000 }),
          maxIterations: fc.constantFrom(300, 17, 33),
          tolerance: fc.constantFrom(0, 1e-4),
          init: fc.constantFrom('k-means++' as const, 'random' as const),
          metric: fc.constantFrom('euclidean' as const, 'cosine' as const),
          weighted: fc.boolean(),
        }),
        ({ rows, columns, levels, weighted, metric, ...rest }) => {
          const data = table(rows, columns, rest.seed, levels);
          if (metric === 'cosine') data.data.forEach((value, i) => (data.data[i] = value + 7));
          const options: FitJobOptions = {
            ...rest,
            metric,
            ...(weighted && { weights: Float64Array.from({ length: rows }, (_, i) => (i * 7) % 5) }),
          };
          let made: ReturnType<typeof whole>;
          try {
            made = whole(data, options);
          } catch (error) {
            // Fewer distinct rows than k.
            fc.pre((error as { code?: string }).code === undefined);
            throw error;
          }
          for (const checkpoint of made.checkpoints) {
            if (checkpoint.training) within++;
            else between++;
            const resumed = fit(data, { ...options, resume: stored(checkpoint) }, MUTE);
            expect(outcome(resumed)).toEqual(outcome(made.result));
          }
        },
      ),
      {
        numRuns: 150,
        seed: 7,
        // Rows on one ray, which unit length leaves an ulp apart: a cluster that runs empty whenever it is given a row.
        examples: [
          [
            {
              rows: 60,
              columns: 2,
              levels: 3,
              k: 8,
              nInit: 1,
              seed: 0,
              maxIterations: 300,
              tolerance: 0,
              init: 'k-means++',
              metric: 'cosine',
              weighted: false,
            },
          ],
        ],
      },
    );
    expect(within).toBeGreaterThan(20);
    expect(between).toBeGreaterThan(100);
  });

  it('can be taken up again and again', () => {
    const data = table(3000, 3, 5, 0);
    const options: FitJobOptions = { k: 30, nInit: 2, seed: 3, tolerance: 0 };
    const { result, checkpoints } = whole(data, options);
    expect(checkpoints.length).toBeGreaterThan(4);
    let last: Checkpoint | undefined;
    for (let times = 0; times < 100; times++) {
      let next: Checkpoint | undefined;
      try {
        const ended = fit(
          data,
          { ...options, ...(last && { resume: stored(last) }) },
          {
            ...MUTE,
            checkpoint: (make) => {
              next = make();
              throw new Error('killed');
            },
          },
        );
        expect(outcome(ended)).toEqual(outcome(result));
        expect(times).toBeGreaterThan(4);
        return;
      } catch (error) {
        if ((error as Error).message !== 'killed') throw error;
        last = next;
      }
    }
    throw new Error('It never ends.');
  });
});
