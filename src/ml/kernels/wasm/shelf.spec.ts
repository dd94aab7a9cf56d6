import { afterAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Generator } from '../../kmeans/generator.js';
import type { Detail, KernelInput } from '../kernel.js';
import { PlainKernel } from '../plain.kernel.js';
import { Arena } from './arena.js';
import { binary, instantiate, type PhaseName } from './binary.js';
import { Cells } from './cells.js';
import { createMemory, type Crew, type Scratch } from './crew.js';
import { clearShelf, Shelf, SHELF_END } from './shelf.js';
import { WasmKernel } from './wasm.kernel.js';

/** So many that a few calls do not make smaller cells pay, but where there is one column. */
const ROWS = 13_000;
const K = 40;

/** A crew of this thread alone that keeps what a team does, and to which tables are lent as to a team. */
class Keeping implements Crew {
  readonly size = 1;
  readonly build = binary().name;
  readonly memory = createMemory();
  readonly exports = instantiate(binary().module, this.memory);
  packed = null;
  readonly arriving = null;
  lent: Float32Array | Float64Array | null = null;

  lend(data: Float32Array | Float64Array): Float32Array | Float64Array {
    const address = new Arena(this.memory, SHELF_END).take(data.byteLength);
    const wide = data.BYTES_PER_ELEMENT === 8;
    const { buffer } = this.memory;
    const place = wide
      ? new Float64Array(buffer, address, data.length)
      : new Float32Array(buffer, address, data.length);
    place.set(data);
    this.lent = place;
    return place;
  }

  each(phase: PhaseName, plan: number, count: number, scratch: Scratch, interrupt: () => void): void {
    for (let item = 0; item < count; item++) {
      interrupt();
      this.exports[phase](plan, item, scratch.address);
    }
  }
}

const cellsFor = jest.spyOn(Shelf.prototype, 'cellsFor');
let crew: Keeping;

/** The cells of each call. */
function given(): unknown[] {
  return cellsFor.mock.results.map(({ value }) => value);
}

beforeEach(() => {
  crew = new Keeping();
  cellsFor.mockClear();
});
afterAll(() => {
  cellsFor.mockRestore();
});

function draw(count: number, seed: number): Float64Array {
  const generator = new Generator(seed, 5);
  return Float64Array.from({ length: count }, () => Math.fround(generator.uniform()));
}

/** Labels of rows as the crew finds them, which plain arithmetic must find too. */
function nearest(data: Float32Array | Float64Array, columns: number, centers: Float64Array, exponent = 0): Int32Array {
  const input: KernelInput = {
    data: crew.lend(data),
    rows: data.length / columns,
    columns,
    exponent,
    weights: null,
    interrupt: () => undefined,
  };
  const k = centers.length / columns;
  const detail: Detail = 'nearest';
  const found = new WasmKernel(input, crew).nearestUnseen(centers.slice(), k, detail);
  const expected = new PlainKernel({ ...input, data }).nearestUnseen(centers, k, detail);
  expect(Buffer.from(found.labels.slice().buffer).equals(Buffer.from(expected.labels.buffer))).toBe(true);
  expect(Buffer.from(found.distances.slice().buffer).equals(Buffer.from(expected.distances.buffer))).toBe(true);
  return expected.labels;
}

describe('cells that are kept for the next call', () => {
  it.each([1, 2, 3])('serve further rows of %i columns, float32 or float64, as plain arithmetic does', (columns) => {
    const centers = draw(K * columns, 2);
    for (let seed = 3; seed < 6; seed++) {
      const more = draw(ROWS * columns, seed);
      nearest(seed % 2 ? more : Float32Array.from(more), columns, centers);
    }
    nearest(draw(50 * columns, 6), columns, centers);
    expect(given()[0]).toBeInstanceOf(Cells);
    expect(given()[3]).toBe(given()[2]);
  });

  describe.each([2, 3])('of %i columns', (columns) => {
    const rows = draw(ROWS * columns, 1);
    const centers = draw(K * columns, 2);

    it('are laid anew where the rows lie elsewhere or closer together, and serve single rows that do', () => {
      nearest(rows, columns, centers);
      const some = rows.map((value, i) => (i % (97 * columns) < columns ? value * 1000 - 500 : value));
      nearest(some, columns, centers);
      const strange = rows.slice();
      strange.set([1e30, -1e30, 1e-30].slice(0, columns), 9 * columns);
      nearest(strange, columns, centers);
      expect(given()[2]).toBe(given()[1]);
      nearest(
        rows.map((value) => value + 3),
        columns,
        centers,
      );
      expect(given()[3]).not.toBe(given()[2]);
      nearest(
        rows.map((value) => value * 0.01 + 3.2),
        columns,
        centers,
      );
      expect(given()[4]).not.toBe(given()[3]);
      nearest(new Float64Array(ROWS * columns).fill(0.25), columns, centers);
      nearest(rows, columns, centers);
    });

    it('are not those of other centres of the same shape, nor of the same array written to', () => {
      const moving = centers.slice();
      nearest(rows, columns, moving);
      moving[K * columns - 1] += 1e-6;
      nearest(rows, columns, moving);
      expect(given()[1]).not.toBe(given()[0]);
      nearest(rows, columns, centers);
      expect(given()[2]).toBe(given()[0]);
      nearest(rows, columns, centers.slice(0, 30 * columns));
      expect(new Set(given()).size).toBe(3);
    });

    it('are those of scaled centres where values are taken times a power of two', () => {
      nearest(rows, columns, centers);
      for (const exponent of [3, -40, 3]) nearest(rows, columns, centers, exponent);
      const small = centers.map((value) => value * 2 ** -40);
      for (let i = 0; i < 2; i++) nearest(rows, columns, small, 40);
      expect(given()[5]).toBe(given()[4]);
    });
  });

  it('become smaller the more rows they have met', () => {
    const centers = draw(K * 2, 2);
    for (let call = 0; call < 9; call++) nearest(draw(ROWS * 2, call), 2, centers);
    const bits = given().map((cells) => (cells as Cells).bits);
    expect(bits[8]).toBeGreaterThan(bits[0]);
    expect(new Set(given()).size).toBe(new Set(bits).size);
  });

  it('are kept for a few sets of centres, and no longer than nothing else is written there', () => {
    const rows = draw(ROWS * 3, 1);
    const sets = [2, 3, 4, 5, 6].map((seed) => draw(K * 3, seed));
    for (const centers of sets.slice(0, 4)) nearest(rows, 3, centers);
    nearest(rows, 3, sets[0]);
    expect(given()[4]).toBe(given()[0]);
    // The second was used longest ago.
    nearest(rows, 3, sets[4]);
    nearest(rows, 3, sets[0]);
    expect(given()[6]).toBe(given()[0]);
    nearest(rows, 3, sets[1]);
    expect(given()[7]).not.toBe(given()[1]);
    clearShelf(crew.memory);
    new Uint8Array(crew.memory.buffer, 2048, SHELF_END - 4096).fill(255);
    nearest(rows, 3, sets[0]);
    expect(given()[8]).not.toBe(given()[0]);
  });

  it('are left alone by a call that is given up half way', () => {
    const rows = draw(ROWS * 3, 1);
    const centers = draw(K * 3, 2);
    let left = 8;
    const interrupt = (): void => {
      if (left-- === 0) throw new Error('given up');
    };
    const input = { data: crew.lend(rows), rows: ROWS, columns: 3, exponent: 0, weights: null, interrupt };
    expect(() => new WasmKernel(input, crew).nearestUnseen(centers, K, 'labels')).toThrow('given up');
    nearest(rows, 3, centers);
    expect(given()[1]).toBe(given()[0]);
  });

  it('are not kept of more centres than there is room for', () => {
    const rows = draw(300 * 3, 1);
    nearest(rows, 3, draw(200_000 * 3, 2));
    expect(given()).toEqual([null]);
  });
});
