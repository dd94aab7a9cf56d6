import { describe, expect, it } from '@jest/globals';
import { EngineError } from '../../ml/errors.js';
import { prepare } from './prepare.js';
import { prepareTable, type RunTable } from './prepare-table.js';

const columnsOf = ({ weighted }: Partial<RunTable>): RunTable['columns'] =>
  (weighted ? ['a', 'b', 'w'] : ['a', 'b']).map((name) => ({ name, type: 'number' }));

function table(rows: number[][], fields: Partial<RunTable>): RunTable {
  const data = new Float64Array(new SharedArrayBuffer(8 * rows.flat().length));
  data.set(rows.flat());
  return { data, rows: rows.length, columns: columnsOf(fields), options: { scaling: 'none' }, ...fields };
}

const WEIGHTED = [
  [1, 2, 0.5],
  [3, 4, NaN],
  [5, NaN, 1],
  [7, 8, 2],
];

describe('prepareTable', () => {
  it('keeps columns and weights apart', () => {
    const rows = [
      [1, 2, 0.5],
      [3, 4, 1.5],
    ];
    const { data, weights, keptRows } = prepareTable(table(rows, { weighted: true }));
    expect([...data]).toEqual([1, 2, 3, 4]);
    expect([...weights!]).toEqual([0.5, 1.5]);
    expect([...keptRows]).toEqual([0, 1]);
  });

  it('drops rows without a weight as those without a value', () => {
    const options = { scaling: 'none', missing: 'drop' } as const;
    const { data, weights, keptRows } = prepareTable(table(WEIGHTED, { weighted: true, options }));
    expect([...data]).toEqual([1, 2, 7, 8]);
    expect([...weights!]).toEqual([0.5, 2]);
    expect([...keptRows]).toEqual([0, 3]);
  });

  it.each(['error', 'mean'] as const)('makes no weights up under %s', (missing) => {
    const options = { scaling: 'none', missing } as const;
    expect(() => prepareTable(table(WEIGHTED, { weighted: true, options }))).toThrow(
      expect.objectContaining({ code: 'dataset.missing_values', message: expect.stringContaining('"w"') }),
    );
  });

  it('leaves the result in shared memory', () => {
    expect(
      prepareTable(
        table(
          [
            [1, 2],
            [3, 5],
          ],
          {},
        ),
      ).data.buffer,
    ).toBeInstanceOf(SharedArrayBuffer);
  });
});

describe('prepare', () => {
  const { signal } = new AbortController();

  it('does the same in a thread', async () => {
    const rows = [
      [1, 2],
      [3, 4],
      [5, 9],
    ];
    const options = { scaling: 'standard' } as const;
    const here = prepareTable(table(rows, { options }));
    const there = await prepare(table(rows, { options }), signal);
    expect(there.preparation).toEqual(here.preparation);
    expect([...there.data]).toEqual([...here.data]);
    expect([...there.keptRows]).toEqual([0, 1, 2]);
  });

  it('brings refusals back as what they were', async () => {
    const refused = prepare(
      table(
        [
          [1, NaN],
          [2, 3],
        ],
        {},
      ),
      signal,
    );
    await expect(refused).rejects.toBeInstanceOf(EngineError);
    await expect(refused).rejects.toMatchObject({ code: 'dataset.missing_values', details: { columns: ['b'] } });
  });

  it('ends with its signal', async () => {
    const ended = new AbortController();
    const preparing = prepare(
      table(
        [
          [1, 2],
          [2, 3],
        ],
        {},
      ),
      ended.signal,
    );
    ended.abort();
    await expect(preparing).rejects.toMatchObject({ code: 'kmeans.aborted' });
  });
});
