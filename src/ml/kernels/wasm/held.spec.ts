import { describe, expect, it } from '@jest/globals';
import type { Generator } from '../../kmeans/generator.js';
import { checkNearest, checkSeeding, checkTraining } from '../checks.suite.js';
import { Law, makeInput, startOf, type Shape } from '../law.suite.js';
import { BASE, FILLED } from './arena.js';
import { compile } from './binary.js';
import { Lone, type Crew } from './crew.js';
import { sampleRows } from './sample.js';
import { scan } from './scan.js';
import { WasmKernel } from './wasm.kernel.js';

/** A crew to which the values are lent for good, and what a look at them gave. */
function lend(shape: Omit<Shape, 'k'>, build: 'wasm-relaxed-simd' | 'wasm-simd', miss?: number) {
  const input = makeInput({ ...shape, k: 1, single: true }, 11);
  const place = input.data.length - 5;
  if (miss !== undefined) input.data[place] = miss;
  const owner = new Lone(compile(build));
  owner.memory.grow(64);
  const lent = new Float32Array(owner.memory.buffer, BASE, input.data.length);
  lent.set(input.data);
  new Int32Array(owner.memory.buffer, FILLED, 1)[0] = lent.length;
  const { memory, exports, size } = owner;
  const arriving = { filled: FILLED, sample: sampleRows(input.data, shape.rows, shape.columns) };
  const each: Crew['each'] = owner.each.bind(owner);
  const crew: Crew = { build, memory, exports, size, lent, arriving, packed: null, each };
  const largest = scan({ ...shape, data: lent }, crew, () => undefined, { seeding: true, last: true });
  return { input, lent, crew, largest };
}

const steps = (factor: number, low: number) => (generator: Generator) => (low + generator.below(256)) * factor;

describe.each(['wasm-relaxed-simd', 'wasm-simd'] as const)('a table held in bytes (%s)', (build) => {
  it.each([
    [600, 128, steps(1, 0), false],
    [600, 131, steps(0.25, -100), true],
    [90, 800, steps(2 ** -16, 5000), false],
    [700, 201, steps(128, -128), true],
  ])('is read as its values are: %i x %i', (rows, columns, value, weighted) => {
    const { input, lent, crew } = lend({ rows, columns, value, weighted }, build);
    expect(crew.packed?.held).toBe(true);
    const law = new Law(input);
    const kernel = new WasmKernel({ ...input, data: lent }, crew);
    const row = new Float64Array(columns);
    kernel.row(rows - 1, row);
    expect(row).toEqual(law.values.slice(-columns));
    for (const k of [3, 30]) {
      const centers = startOf(law, k);
      checkNearest(kernel, law, centers, k);
      checkTraining(kernel, law, centers, k, 6);
      checkSeeding(kernel, law, 5, k);
    }
    kernel.close();
  });

  it.each([-0, 256, 0.5, NaN, Infinity])('has its values back where one of them does not fit: %p', (miss) => {
    const { input, lent, crew, largest } = lend({ rows: 700, columns: 200, value: steps(1, 0) }, build, miss);
    expect(crew.packed).toBeNull();
    expect(Number.isFinite(largest)).toBe(Number.isFinite(miss));
    // Not of -0, which is equal to 0: Object.is tells.
    expect(Array.from(lent).findIndex((value, i) => !Object.is(value, input.data[i]))).toBe(-1);
  });
});
