import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Generator } from '../../kmeans/generator.js';
import { checkSeeding } from '../checks.suite.js';
import type { KernelInput } from '../kernel.js';
import { Law, makeInput } from '../law.suite.js';
import { BASE } from './arena.js';
import { compile } from './binary.js';
import { ByteSeeding } from './byte.seeding.js';
import { formOf } from './bytes.js';
import { Lone, type Crew } from './crew.js';
import { scan } from './scan.js';
import { WasmKernel } from './wasm.kernel.js';
import { WasmSeeding } from './wasm.seeding.js';

const crews = (['wasm-relaxed-simd', 'wasm-simd'] as const).map((name) => new Lone(compile(name)));

/** Holds a seeding of the input to the law, and to the class that is to make it. */
function check(input: KernelInput, k: number, way: typeof ByteSeeding | typeof WasmSeeding): void {
  for (const crew of crews) checkOn(crew, input, k, way);
}

function checkOn(crew: Crew, input: KernelInput, k: number, way: typeof ByteSeeding | typeof WasmSeeding): void {
  const kernel = new WasmKernel(input, crew);
  const seeding = kernel.seeding(k);
  expect(seeding).toBeInstanceOf(way);
  seeding.close();
  checkSeeding(kernel, new Law(input), k, k);
  // What a seeding took is free again, and the next one finds the rows as they were.
  checkSeeding(kernel, new Law(input), k + 1, k);
  kernel.close();
}

/** Tables of whole multiples of 2^exponent, `low` of them and up to `reach` more. */
const tables = fc.record({
  rows: fc.integer({ min: 1, max: 140 }),
  columns: fc.oneof(fc.integer({ min: 4, max: 40 }), fc.constantFrom(63, 64, 65, 200)),
  low: fc.constantFrom(0, 0, -128, -127, -1, 1, 300, -5000, 2 ** 20),
  reach: fc.constantFrom(0, 1, 2, 9, 127, 254, 255),
  exponent: fc.constantFrom(0, 0, -1, -8, 7, 60, -60, 100),
  single: fc.boolean(),
  weighted: fc.boolean(),
  seed: fc.nat(),
});

describe('a seeding in bytes', () => {
  it('is that of the law, to the bit, for every table of whole multiples of one power of two', () => {
    fc.assert(
      fc.property(tables, ({ low, reach, exponent, seed, ...shape }) => {
        // The first row is in the sample, and tells it how far values reach.
        const value = (generator: Generator, row: number, column: number): number =>
          (low + (row === 0 && column < 2 ? column * reach : generator.below(reach + 1))) * 2 ** exponent;
        check(makeInput({ ...shape, k: 1, value }, seed), 5, ByteSeeding);
      }),
      { numRuns: 80 },
    );
  });

  it('is left to others where a single value that no sample holds is not of the kind', () => {
    const misses = fc.constantFrom(256, -1, 0.5, 3 + 2 ** -20, 1e-30, 2 ** -140, 1e9, 2 ** 24 + 2, -1e30);
    fc.assert(
      fc.property(misses, fc.boolean(), fc.nat(16 * 17 - 1), fc.nat(), (miss, single, place, seed) => {
        const rows = 160;
        const input = makeInput({ rows, columns: 17, k: 1, single, value: (g) => g.below(256) }, seed);
        // Each tenth row is in the sample.
        const row = 10 * Math.floor(place / 17) + 1 + (seed % 9);
        input.data[row * 17 + (place % 17)] = miss;
        check(input, 4, WasmSeeding);
      }),
      { numRuns: 40 },
    );
  });

  it.each([true, false])('holds the largest distances there are (single %s)', (single) => {
    for (const low of [0, -128]) {
      const value = (_: Generator, row: number, column: number): number => low + ((row + (column >> 14)) % 2) * 255;
      check(makeInput({ rows: 5, columns: 1 << 15, k: 1, single, value }, 1), 3, ByteSeeding);
    }
    check(
      makeInput({ rows: 5, columns: (1 << 15) + 1, k: 1, single, value: (_, row) => (row % 2) * 255 }, 1),
      3,
      WasmSeeding,
    );
  });

  it('takes what was packed while the values were looked at, if that still stands', () => {
    const shape = { rows: 1100, columns: 190, k: 1, single: true, value: (g: Generator) => g.below(200) };
    for (const overwritten of [false, true]) {
      const input = makeInput(shape, 7);
      const owner = new Lone();
      owner.memory.grow(20);
      const lent = new Float32Array(owner.memory.buffer, BASE, input.data.length);
      lent.set(input.data);
      const { build, memory, exports, size } = owner;
      const phases: string[] = [];
      const crew: Crew = {
        ...{ build, memory, exports, size, lent, arriving: null, packed: null },
        each: (phase, ...rest) => {
          phases.push(phase);
          owner.each(phase, ...rest);
        },
      };
      expect(scan({ ...shape, data: lent }, crew, () => undefined, { seeding: true, last: false })).toBe(199);
      expect(crew.packed).not.toBeNull();
      const kernel = new WasmKernel({ ...input, data: lent }, crew);
      expect(crew.packed).toBeNull();
      if (overwritten) kernel.transform(new Float64Array(190 * 40), 40, new Float64Array(1100 * 40));
      checkSeeding(kernel, new Law(input), 3, 5);
      expect(phases.includes('packBytes')).toBe(overwritten);
    }
  });
});

describe('the form of a table', () => {
  it.each([
    ['pixels', [0, 12, 255], { unit: 1, low: 0 }],
    ['signed bytes', [-128, 3, 127], { unit: 1, low: -128 }],
    ['shares of 256', [0, 0.5, 0.99609375], { unit: 2 ** -8, low: 0 }],
    ['even numbers, of which others may be odd', [2, 4, 250], { unit: 1, low: 0 }],
    ['even numbers up to 510', [2, 4, 510], { unit: 2, low: 0 }],
    ['years', [1950, 2020], { unit: 1, low: 1857 }],
    ['zeros', [0, -0], { unit: 1, low: 0 }],
    ['a subnormal', [0, 5e-324], null],
    ['a range of 257', [0, 256.5, 1], null],
    ['tenths', [0.1, 0.2], null],
    ['what is not a number', [0, NaN], null],
    ['infinity', [0, Infinity], null],
  ])('of %s', (_, values, form) => {
    expect(formOf(Float64Array.from(values), 4)).toEqual(form);
  });
});
