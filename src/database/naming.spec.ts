import { describe, expect, it } from '@jest/globals';
import { SnakeNamingStrategy } from './naming.js';

const names = new SnakeNamingStrategy();

describe('names in the database', () => {
  it.each([
    ['createdAt', 'created_at'],
    ['id', 'id'],
    ['datasetSHA256Sum', 'dataset_sha256_sum'],
    ['HTTPStatus', 'http_status'],
    ['k2Means', 'k2_means'],
    ['already_snake', 'already_snake'],
  ])('writes the column %s as %s', (property, column) => {
    expect(names.columnName(property, '', [])).toBe(column);
  });

  it('puts what a column is embedded in before its name', () => {
    expect(names.columnName('maxIterations', '', ['runOptions'])).toBe('run_options_max_iterations');
  });

  it('calls constraints by their table and columns', () => {
    expect(names.primaryKeyName('users', ['id'])).toBe('pk_users');
    expect(names.uniqueConstraintName('users', ['email'])).toBe('uq_users_email');
    expect(names.foreignKeyName('public.chats', ['user_id'])).toBe('fk_chats_user_id');
    expect(names.indexName('runs', ['user_id', 'created_at'])).toBe('ix_runs_user_id_created_at');
    expect(names.joinColumnName('parentRun', 'id')).toBe('parent_run_id');
  });

  it('never gives two constraints one name', () => {
    const long = ['a', 'b'].map((last) => names.indexName('runs', ['x'.repeat(70), last]));
    expect(new Set(long).size).toBe(2);
    for (const name of long) expect(name.length).toBeLessThanOrEqual(63);
    expect(names.indexName('runs', ['state'], `state = 'queued'`)).not.toBe(names.indexName('runs', ['state']));
  });
});
