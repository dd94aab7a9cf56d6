import { describe, expect, it } from '@jest/globals';
import { acceptedFormat } from './labels-format.js';

describe('the format that labels are answered in', () => {
  it.each([
    [undefined, 'json'],
    ['', 'json'],
    ['*/*', 'json'],
    ['text/csv', 'csv'],
    ['TEXT/CSV; header=present; Q=0.3', 'csv'],
    ['application/json;q=0.5, text/csv', 'csv'],
    ['text/csv;q=0.5, application/json', 'json'],
    ['text/csv;q=0.9, application/vnd.apache.parquet;q=0.95, */*;q=0.1', 'parquet'],
    ['application/vnd.apache.arrow.stream, application/vnd.apache.arrow.file', 'arrow-stream'],
    ['text/csv;q=0', 'json'],
    ['text/csv;q=0, application/vnd.apache.arrow.file;q=0.001', 'arrow'],
    ['text/csv;q=nonsense', 'json'],
    ['image/png', 'json'],
  ])('of %j is %s', (accept, format) => {
    expect(acceptedFormat(accept)).toBe(format);
  });
});
