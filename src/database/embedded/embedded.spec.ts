import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client, Pool } from 'pg';
import { startEmbedded, type EmbeddedDatabase } from './embedded.js';

describe.each([
  ['Unix socket', true],
  ['loopback interface', false],
])('the embedded database over the %s', (_name, unixSocket) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'centroid-'));
  let database: EmbeddedDatabase;
  let pool: Pool;
  const clients: Client[] = [];

  beforeAll(async () => {
    database = await startEmbedded(dataDir, { unixSocket });
    pool = new Pool({ connectionString: database.connectionString, max: 20 });
    pool.on('error', () => undefined);
  }, 30_000);

  afterAll(async () => {
    await pool.end();
    await database.stop();
    rmSync(dataDir, { recursive: true });
  });

  beforeEach(async () => {
    await pool.query('CREATE TABLE counter (id int PRIMARY KEY, n int NOT NULL)');
    await pool.query('INSERT INTO counter VALUES (1, 0)');
  });

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.end()));
    await pool.query('DROP TABLE counter');
  });

  const count = async (): Promise<number> =>
    (await pool.query<{ n: number }>('SELECT n FROM counter WHERE id = $1', [1])).rows[0].n;

  const newClient = async (): Promise<Client> => {
    const client = new Client({ connectionString: database.connectionString });
    client.on('error', () => undefined);
    await client.connect();
    clients.push(client);
    return client;
  };

  it('keeps 50 concurrent transactions apart', async () => {
    const increment = async (): Promise<void> => {
      const client = await newClient();
      await client.query('BEGIN');
      const { rows } = await client.query<{ n: number }>('SELECT n FROM counter WHERE id = $1', [1]);
      await sleep(1);
      await client.query('UPDATE counter SET n = $1', [rows[0].n + 1]);
      await client.query('COMMIT');
    };
    await Promise.all(Array.from({ length: 50 }, increment));
    expect(await count()).toBe(50);
  });

  it('shows nobody what is not committed', async () => {
    const client = await newClient();
    await client.query('BEGIN');
    await client.query('UPDATE counter SET n = 7');
    const seen = count();
    await client.query('ROLLBACK');
    expect(await seen).toBe(0);
  });

  it('rolls back what a client left open when it vanished', async () => {
    const client = await newClient();
    await client.query('BEGIN');
    await client.query('UPDATE counter SET n = 9');
    const waiting = count();
    client.connection.stream.destroy();
    expect(await waiting).toBe(0);
  });

  it('drops a failed transaction of a client that vanished', async () => {
    const client = await newClient();
    await client.query('BEGIN');
    await expect(client.query('SELECT 1 / 0')).rejects.toMatchObject({ code: '22012' });
    await expect(client.query('SELECT 1')).rejects.toMatchObject({ code: '25P02' });
    client.connection.stream.destroy();
    expect(await count()).toBe(0);
  });

  it('delivers notifications to those who listen, and to nobody else', async () => {
    const [one, both, none] = await Promise.all([newClient(), newClient(), newClient()]);
    const heard: string[] = [];
    const names = ['one', 'both', 'none'];
    [one, both, none].forEach((client, i) => {
      client.on('notification', ({ channel, payload }) => heard.push(`${names[i]} ${channel} ${payload ?? ''}`));
    });
    await one.query('LISTEN a');
    await both.query('LISTEN a');
    await both.query('LISTEN "B c"');
    // What was sent to a client before its own answer has come once that has.
    const settle = (...clients: Client[]): Promise<unknown> =>
      Promise.all(clients.map((client) => client.query('SELECT 1')));

    await none.query('BEGIN');
    await none.query(`SELECT pg_notify('a', '1')`);
    await none.query('ROLLBACK');
    await pool.query(`NOTIFY a, '2'`);
    await both.query(`NOTIFY "B c", '3'`);
    await settle(one, both, none);
    expect(heard.splice(0).sort()).toEqual(['both B c 3', 'both a 2', 'one a 2']);

    await both.query('UNLISTEN a');
    await pool.query(`NOTIFY a, '4'`);
    await settle(one, both, none);
    expect(heard.splice(0)).toEqual(['one a 4']);

    await one.end();
    await pool.query(`NOTIFY a, '5'`);
    await both.query('UNLISTEN *');
    await pool.query(`NOTIFY "B c", '6'`);
    await settle(both, none);
    expect(heard).toEqual([]);
    const { rows } = await pool.query('SELECT * FROM pg_listening_channels()');
    expect(rows).toEqual([]);
    await Promise.all([both.end(), none.end()]);
  });

  it('keeps prepared statements of the same name apart', async () => {
    const [first, second] = await Promise.all([newClient(), newClient()]);
    for (const round of [1, 2]) {
      expect((await first.query({ name: 'same', text: 'SELECT $1::int AS x', values: [round] })).rows).toEqual([
        { x: round },
      ]);
      expect((await second.query({ name: 'same', text: 'SELECT $1::text AS y', values: ['b'] })).rows).toEqual([
        { y: 'b' },
      ]);
    }
    await Promise.all([first.end(), second.end()]);
    // Those of clients that have gone are given up.
    let left = 2;
    while (left > 0) left = (await pool.query('SELECT name FROM pg_prepared_statements')).rows.length;
  });

  it('reports errors wherever they happen in the extended protocol, and the connection lives on', async () => {
    const client = await newClient();
    await expect(client.query('SELEC $1::int', [1])).rejects.toMatchObject({ code: '42601' }); // Parse
    await expect(client.query('SELECT $1::int', ['x'])).rejects.toMatchObject({ code: '22P02' }); // Bind
    await expect(client.query('SELECT 1 / $1::int', [0])).rejects.toMatchObject({ code: '22012' }); // Execute
    await expect(client.query('INSERT INTO counter VALUES ($1, 0)', [1])).rejects.toMatchObject({ code: '23505' });
    expect((await client.query('SELECT $1::int AS x', [5])).rows).toEqual([{ x: 5 }]);
    await client.end();
  });

  it('runs several statements in one message', async () => {
    const results = (await pool.query('SELECT 1 AS a; SELECT 2 AS b')) as unknown as { rows: unknown[] }[];
    expect(results.map(({ rows }) => rows)).toEqual([[{ a: 1 }], [{ b: 2 }]]);
  });

  it('passes 24 MB through in one piece', async () => {
    const bytes = Buffer.alloc(
      24 * 2 ** 20,
      Uint8Array.from({ length: 251 }, (_, i) => i),
    );
    const { rows } = await pool.query<{ bytes: Buffer }>('SELECT $1::bytea AS bytes', [bytes]);
    expect(rows[0].bytes.equals(bytes)).toBe(true);
  });

  it('says that it cannot copy in, and lives on', async () => {
    await expect(pool.query('COPY counter FROM STDIN')).rejects.toMatchObject({ code: '0A000' });
    expect(await count()).toBe(0);
  });

  it('starts anew after it broke down, with all that was acknowledged', async () => {
    await pool.query('UPDATE counter SET n = 4');
    const client = await newClient();
    // One of the ways to break it: it asks for data that nobody can give it.
    await expect(client.query({ name: 'copy', text: 'COPY counter FROM STDIN' })).rejects.toThrow();
    let n: number | undefined;
    while (n === undefined) {
      // A refused connection fails within a tick: without a pause the database's own news would never be heard.
      await sleep(20);
      n = await count().catch(() => undefined);
    }
    expect(n).toBe(4);
  });

  it('leaves a client that does not speak the protocol', async () => {
    const { host, port } = new Client({ connectionString: database.connectionString });
    const socket = host.startsWith('/') ? connect(join(host, `.s.PGSQL.${port}`)) : connect(port, host);
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.write('GET / HTTP/1.1\r\n\r\n');
    socket.resume();
    await closed;
    expect(await count()).toBe(0);
  });

  if (unixSocket) {
    it('lets only its owner into the folder', () => {
      expect(statSync(join(dataDir, 'database')).mode & 0o777).toBe(0o700);
    });
  } else {
    it('asks for the password', async () => {
      const client = new Client({ connectionString: database.connectionString.replace(/:[^:@]+@/, ':guess@') });
      await expect(client.connect()).rejects.toMatchObject({ code: '28P01' });
    });
  }
});
