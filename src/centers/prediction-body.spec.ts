import { describe, expect, it } from '@jest/globals';
import { InvalidRequestError } from '../common/validation.js';
import { readPredictionBody } from './prediction-body.js';

describe('readPredictionBody', () => {
  it('takes rows or records as they are', () => {
    const rows = { rows: [[1, null, 'x']] };
    expect(readPredictionBody(rows).rows).toBe(rows.rows);
    const records = { records: [{ a: 1, b: null }] };
    expect(readPredictionBody(records).records).toBe(records.records);
    expect(readPredictionBody({ rows: [] }).rows).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ['no object', null, 'body'],
    ['an array', [[1]], 'body'],
    ['neither', {}, 'rows'],
    ['both', { rows: [], records: [] }, 'rows'],
    ['an unknown field', { rows: [], details: true }, 'details'],
    ['rows that are no array', { rows: 'x' }, 'rows'],
    ['a row that is no array', { rows: [[1], { a: 1 }] }, 'rows.1'],
    ['a cell that is an array', { rows: [[1, [2]]] }, 'rows.0.1'],
    ['a cell that is a boolean', { rows: [[true]] }, 'rows.0.0'],
    ['records that are no array', { records: {} }, 'records'],
    ['a record that is an array', { records: [[1]] }, 'records.0'],
    ['a field that is an object', { records: [{ a: 1 }, { a: {} }] }, 'records.1.a'],
  ])('refuses %s and names it', (_, body, path) => {
    expect(() => readPredictionBody(body)).toThrow(InvalidRequestError);
    expect(() => readPredictionBody(body)).toThrow(
      expect.objectContaining({ errors: [expect.objectContaining({ path })] }),
    );
  });
});
