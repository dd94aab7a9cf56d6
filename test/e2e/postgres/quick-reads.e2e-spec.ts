import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { ServiceDataSource } from '../../../src/database/data-source.js';
import { QuickReads } from '../../../src/database/quick-reads.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';

const ECHO = { name: 'echo', text: 'SELECT $1::int AS value' };
const DIVIDE = { name: 'divide', text: 'SELECT 12 / $1::int AS value' };
const SLOW = { name: 'slow', text: 'SELECT $1::int AS value FROM pg_sleep(0.2)' };

describe('short reads over one connection', () => {
  let database: TestDatabase;
  let dataSource: ServiceDataSource;
  let reads: QuickReads;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await new ServiceDataSource(database, []).initialize();
    reads = new QuickReads(dataSource);
  });
  afterAll(async () => {
    await reads.onModuleDestroy();
    await dataSource.destroy();
    await database.drop();
  });

  const echo = async (value: number): Promise<number> => (await reads.read<[number]>(ECHO, [value]))[0][0];

  it('each get their own answer, also behind one that takes its time', async () => {
    const slow = reads.read<[number]>(SLOW, [-1]);
    const values = Array.from({ length: 200 }, (_, i) => i);
    const answers: Promise<number>[] = [];
    for (const value of values) {
      answers.push(echo(value));
      if (value % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await Promise.all(answers)).toEqual(values);
    expect(await slow).toEqual([[-1]]);
  });

  it('fail alone', async () => {
    const divide = (by: number) => reads.read<[number]>(DIVIDE, [by]);
    const outcomes = await Promise.allSettled([divide(3), divide(0), divide(4), divide(0), echo(5)]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    await expect(divide(0)).rejects.toMatchObject({ code: '22012' });
    expect(await divide(6)).toEqual([[2]]);
  });

  it('are told that their connection broke, and later ones get another', async () => {
    const sent = reads.read(SLOW, [1]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const behind = [echo(1), echo(2)];
    const admin = new pg.Client({ connectionString: dataSource.connectionString });
    await admin.connect();
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'centroid-reads' AND datname = current_database()`,
    );
    await admin.end();
    for (const { status } of await Promise.allSettled([sent, ...behind])) expect(status).toBe('rejected');
    expect(await echo(7)).toBe(7);
    expect(await Promise.all([echo(8), echo(9)])).toEqual([8, 9]);
  });
});
