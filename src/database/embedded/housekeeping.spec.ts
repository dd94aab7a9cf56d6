import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { Client } from 'pg';
import { startEmbedded } from './embedded.js';

it('uses the room of deleted rows again, cuts the log, and knows how many rows there are', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'centroid-'));
  const database = await startEmbedded(dataDir, { housekeepingMs: 100 });
  const client = new Client({ connectionString: database.connectionString });
  await client.connect();
  const read = async (sql: string): Promise<number> => Number((await client.query<{ n: string }>(sql)).rows[0].n);
  const until = async (sql: string, holds: (n: number) => boolean): Promise<void> => {
    while (!holds(await read(sql))) await new Promise((resolve) => setTimeout(resolve, 50));
  };

  await client.query('CREATE TABLE blocks (id int, bytes bytea STORAGE EXTERNAL)');
  const blocks = `INSERT INTO blocks SELECT i, convert_to(repeat('x', 1000000), 'UTF8') FROM generate_series(1, 30) i`;
  for (let round = 0; round < 4; round++) {
    await client.query(blocks);
    const vacuumed = `SELECT vacuum_count AS n FROM pg_stat_all_tables WHERE relname = 'blocks'`;
    const before = await read(vacuumed);
    await client.query('DELETE FROM blocks');
    // The count of dead rows is late at times, and 0 before it is known.
    await until(vacuumed, (n) => n > before);
    await until(
      `SELECT sum(n_dead_tup) AS n FROM pg_stat_all_tables WHERE relname ~ 'blocks|pg_toast_'`,
      (n) => n === 0,
    );
  }
  // 120 MB went through it.
  expect(await read(`SELECT pg_total_relation_size('blocks') / 2 ^ 20 AS n`)).toBeLessThan(60);
  await until(
    'SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), redo_lsn) / 2 ^ 20 AS n FROM pg_control_checkpoint()',
    (mb) => mb < 64,
  );

  await client.query('CREATE TABLE counted AS SELECT generate_series(1, 5000) AS id');
  await until(`SELECT reltuples AS n FROM pg_class WHERE relname = 'counted'`, (n) => n === 5000);

  await client.end();
  await database.stop();
  rmSync(dataDir, { recursive: true });
});
