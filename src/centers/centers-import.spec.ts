import { describe, expect, it } from '@jest/globals';
import { InvalidRequestError } from '../common/validation.js';
import { readImport } from './centers-import.js';

describe('readImport', () => {
  it('takes plain centres, which predict in the units of the data', async () => {
    const imported = await readImport({
      columns: ['a', 'b'],
      values: [
        [1, -0],
        [3, 4e-320],
      ],
    });
    expect(imported.name).toBe('Imported centers');
    expect([...imported.values]).toEqual([1, 0, 3, 4e-320]);
    expect(imported.trained).toBe(imported.values);
    expect(imported.clusters).toBeNull();
    expect(imported.clusterNames).toEqual([null, null]);
  });

  it.each<[string, unknown, string]>([
    ['no object', 'x', 'columns'],
    ['no columns', { values: [[1]] }, 'columns'],
    ['columns that are none', { columns: [], values: [[]] }, 'columns'],
    ['a nameless column', { columns: [''], values: [[1]] }, 'columns'],
    ['no values', { columns: ['a'], values: [] }, 'values'],
    ['a value that is text', { columns: ['a'], values: [['1']] }, 'values.0.0'],
    ['a value that is null', { columns: ['a'], values: [[1], [null]] }, 'values.1.0'],
    ['an unknown field', { columns: ['a'], values: [[1]], sizes: [1] }, 'sizes'],
    ['a name that is too long', { name: 'x'.repeat(201), columns: ['a'], values: [[1]] }, 'name'],
  ])('refuses %s as malformed', async (_, body, path) => {
    const refusal = await readImport(body).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(InvalidRequestError);
    expect((refusal as InvalidRequestError).errors?.[0].path).toBe(path);
  });

  it.each<[string, unknown, string, string]>([
    ['ragged rows', { columns: ['a', 'b'], values: [[1, 2], [3]] }, 'centers.wrong_length', 'values.1'],
    ['a value beyond float64', { columns: ['a'], values: [[1], [Infinity]] }, 'centers.not_finite', 'values.1.0'],
    ['a column twice', { columns: ['a', 'b', 'a'], values: [[1, 2, 3]] }, 'centers.duplicate_column', 'columns.2'],
  ])('refuses %s as impossible', async (_, body, code, path) => {
    await expect(readImport(body)).rejects.toMatchObject({ kind: 'impossible', code, errors: [{ path }] });
  });
});
