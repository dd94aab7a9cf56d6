import { describe, expect, it } from '@jest/globals';
import { Generator } from '../kmeans/generator.js';
import { checkAll, checkNearest, checkSeeding } from './checks.suite.js';
import { Law, makeInput } from './law.suite.js';
import type { KernelFactory } from './kernel.js';

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

    it.each([4079, 4080, 4081, 4095, 4096, 4097])(
      'draws where partitions end beside a stretch of prefixes (%i rows)',
      (rows) => {
        for (const weighted of [false, true]) {
          const law = new Law(makeInput({ rows, columns: 1, k: 3, weighted }, rows));
          const kernel = factory(law.input);
          checkSeeding(kernel, law, rows, 3);
          kernel.close();
        }
      },
    );

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
