import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LabelReader, packLabels } from './label-codec.js';

describe('packed labels', () => {
  it('come back as they were, null for rows that were left out', () => {
    const table = fc.integer({ min: 1, max: 100_000 }).chain((k) =>
      fc.record({
        k: fc.constant(k),
        labels: fc.array(fc.option(fc.integer({ min: 0, max: k - 1 })), { maxLength: 50 }),
      }),
    );
    fc.assert(
      fc.property(table, ({ k, labels }) => {
        const kept = labels.flatMap((label, row) => (label === null ? [] : [row]));
        const given = Int32Array.from(kept, (row) => labels[row]!);
        const reader = new LabelReader(packLabels(given, Int32Array.from(kept), labels.length, k), k);
        expect(Array.from({ length: reader.length }, (_, row) => reader.at(row))).toEqual(labels);
      }),
    );
  });

  it.each([
    [255, 1],
    [256, 2],
    [65_535, 2],
    [65_536, 4],
  ])('of %i clusters take %i bytes a row, and hold the last cluster beside a row left out', (k, width) => {
    const bytes = packLabels(Int32Array.of(k - 1), Int32Array.of(1), 2, k);
    expect(bytes).toHaveLength(2 * width);
    const reader = new LabelReader(bytes, k);
    expect([reader.at(0), reader.at(1)]).toEqual([null, k - 1]);
  });
});
