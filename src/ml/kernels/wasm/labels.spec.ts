import { describe, expect, it } from '@jest/globals';
import { Generator } from '../../kmeans/generator.js';
import type { KernelInput } from '../kernel.js';
import { emptySums } from '../law.suite.js';
import { PlainKernel } from '../plain.kernel.js';
import { Lone } from './crew.js';
import { WasmKernel } from './wasm.kernel.js';

/** Rows that need every number of cluster there is, and centres that drift, so that rows move. */
function setUp(
  rows: number,
  columns: number,
  k: number,
  weighted: boolean,
): [KernelInput, (step: number) => Float64Array] {
  const generator = new Generator(k, columns);
  const data = Float32Array.from({ length: rows * columns }, (_, i) => {
    // The first and the last row lie at the first and the last centre.
    const along = i < columns ? 0 : i >= (rows - 1) * columns ? k - 1 : generator.uniform() * k;
    return i % columns === 0 ? along : generator.uniform();
  });
  const weights = weighted ? Float64Array.from({ length: rows }, () => generator.uniform()) : null;
  const centers = (step: number): Float64Array =>
    Float64Array.from({ length: k * columns }, (_, j) =>
      j % columns === 0 ? j / columns - 0.1 * step : 0.5 + 0.01 * step,
    );
  return [{ data, rows, columns, exponent: 0, weights, interrupt: () => undefined }, centers];
}

describe('labels in one, two and four bytes', () => {
  it.each([
    [255, 1],
    [256, 1],
    [257, 2],
    [65_535, 2],
    [65_536, 2],
    [65_537, 4],
  ])('tell %i clusters apart in %i', (k, bytes) => {
    for (const [columns, weighted] of [
      [1, false],
      [2, true],
      [5, false],
    ] as const) {
      if (k > 1000 && columns > 1) continue;
      const [input, centers] = setUp(k > 1000 ? 403 : 1503, columns, k, weighted);
      const [plain, wasm] = [new PlainKernel(input), new WasmKernel(input, new Lone())];
      const [law, ours] = [plain.assigner(k), wasm.assigner(k)];
      const [expected, sums] = [emptySums(k, columns), emptySums(k, columns)];
      for (let step = 0; step < 9; step++) {
        const values = centers(step);
        expect(ours.assign(values, sums)).toBe(law.assign(values, expected));
        expect(Int32Array.from(ours.labels)).toEqual(law.labels);
        if (step === 3) {
          for (const { labels } of [law, ours]) labels[7] = k - 1;
          law.invalidate();
          ours.invalidate();
        }
        if (step % 3 === 0) {
          law.recount(expected);
          ours.recount(sums);
        }
        expect(sums).toEqual(expected);
        expect(wasm.inertia(values, ours.labels)).toBe(plain.inertia(values, law.labels));
      }
      expect(ours.labels.BYTES_PER_ELEMENT).toBe(bytes);
      expect(ours.labels.at(-1)).toBe(k - 1);
    }
  });
});
