import { describe, expect, it } from '@jest/globals';
import { checkFit } from '../validate.js';
import type { Matrix } from '../types.js';
import { fit } from './fit.js';
import { Generator } from './generator.js';

const HOOKS = { interrupt: () => undefined, progress: null };
const PLACES = [
  [0, 0],
  [40, 0],
  [0, 40],
  [40, 40],
  [90, 90],
];

/** Groups of falling size, the first the largest, all moved by an offset. */
function groups(offset: number): Matrix {
  const generator = new Generator(3, 1);
  const rows = PLACES.flatMap(([x, y], group) =>
    Array.from({ length: 60 - 10 * group }, () => [x + offset + generator.uniform(), y + offset + generator.uniform()]),
  );
  return { data: Float64Array.from(rows.flat()), rows: rows.length, columns: 2 };
}

function pick(centers: Float64Array, order: readonly number[]): Matrix {
  return { data: Float64Array.from(order.flatMap((c) => [centers[2 * c], centers[2 * c + 1]])), rows: 5, columns: 2 };
}

describe('order: matched', () => {
  const parent = fit(groups(0), { k: 5, seed: 1 }, HOOKS);

  it('keeps the numbers of the given centres, however these are numbered and though the rows have moved', () => {
    const order = [3, 0, 4, 2, 1];
    const child = fit(groups(3), { k: 5, init: { centers: pick(parent.centers, order) }, order: 'matched' }, HOOKS);
    expect([...child.sizes]).toEqual(order.map((c) => parent.sizes[c]));
    order.forEach((c, number) => {
      expect(child.centers[2 * number]).toBeCloseTo(parent.centers[2 * c] + 3, 9);
    });
    // Labels go with the numbers.
    const bySize = fit(groups(3), { k: 5, init: { centers: pick(parent.centers, order) } }, HOOKS);
    expect([...child.labels]).toEqual([...bySize.labels].map((label) => order.indexOf(label)));
  });

  it('matches by where clusters ended, not by where they began', () => {
    // Two given centres that change their places on the way: the first is nearest to the rows of the second's cluster.
    const data = Float64Array.from([0, 1, 2, 10, 11, 12, 13, 14]);
    const init = { centers: { data: Float64Array.from([5.9, 5.8]), rows: 2, columns: 1 } };
    const child = fit({ data, rows: 8, columns: 1 }, { k: 2, init, order: 'matched' }, HOOKS);
    expect([...child.centers]).toEqual([12, 1]);
  });

  it('needs given centres', () => {
    expect(() => {
      checkFit(groups(0), { k: 5, order: 'matched' });
    }).toThrow('order');
  });
});
