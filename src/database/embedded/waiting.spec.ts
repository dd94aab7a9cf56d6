import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { type EmbeddedDatabase, startEmbedded } from './embedded.js';

/** Long beside what a busy machine makes of a few milliseconds. */
const WAITING_LIMIT_MS = 1000;

describe('waiting for the one session', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'centroid-'));
  const clients: Client[] = [];
  let database: EmbeddedDatabase;

  beforeAll(async () => {
    database = await startEmbedded(dataDir, { waitingLimitMs: WAITING_LIMIT_MS });
  });

  afterEach(() => Promise.all(clients.splice(0).map((client) => client.end())));

  afterAll(async () => {
    await database.stop();
    rmSync(dataDir, { recursive: true });
  });

  const newClient = async (): Promise<Client> => {
    const client = new Client({ connectionString: database.connectionString });
    client.on('error', () => undefined);
    await client.connect();
    clients.push(client);
    return client;
  };

  it('refuses a query awaited from inside another transaction, with the reason, and goes on', async () => {
    const [client, other] = await Promise.all([newClient(), newClient()]);
    await client.query('BEGIN');
    await client.query('CREATE TABLE made (n int)');
    await expect(other.query('SELECT 1')).rejects.toMatchObject({
      code: '55P03',
      message: expect.stringContaining('serves one transaction at a time') as unknown,
    });
    await expect(other.query('SELECT $1::int', [1])).rejects.toMatchObject({ code: '55P03' });
    await client.query('COMMIT');
    expect((await other.query('SELECT * FROM made')).rows).toEqual([]);
  });

  it('ends a transaction that stays silent while others wait', async () => {
    const [client, other] = await Promise.all([newClient(), newClient()]);
    const ended = new Promise<void>((resolve) =>
      client.on('end', () => {
        resolve();
      }),
    );
    await client.query('BEGIN');
    await client.query('CREATE TABLE undone (n int)');
    const errors: unknown[] = [];
    while (errors.length < 3) await other.query('SELECT 1').catch((error: unknown) => errors.push(error));
    await ended;
    await expect(other.query('SELECT * FROM undone')).rejects.toMatchObject({ code: '42P01' });
  });

  it('lets a slow statement take its time, however many wait', async () => {
    const [client, other] = await Promise.all([newClient(), newClient()]);
    await client.query('BEGIN');
    const slow = client.query(`SELECT pg_sleep(${(2 * WAITING_LIMIT_MS) / 1000})`);
    const waiting = other.query('SELECT 1 AS x');
    await slow;
    await client.query('COMMIT');
    expect((await waiting).rows).toEqual([{ x: 1 }]);
  });
});
