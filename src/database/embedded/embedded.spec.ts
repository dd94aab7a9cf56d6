import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client, Pool } from 'pg';
import { workerEntry } from '../../common/worker-entry.js';
import { startEmbedded, type EmbeddedDatabase } from './embedded.js';

const WAITING_LIMIT_MS = 300;
const EMBEDDED = workerEntry(import.meta.url, './embedded.js').href;

/** Runs a program that has `start(dataDir)`; gives what it wrote, once it has ended. */
function run(program: string, onOutput?: (output: string, kill: () => void) => void): Promise<string> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    onOutput?.(output, () => child.kill('SIGKILL'));
  });
  return new Promise((resolve) =>
    child.on('close', () => {
      resolve(output);
    }),
  );
}

describe.each([
  ['Unix socket', true],
  ['loopback interface', false],
])('the embedded database over the %s', (_name, unixSocket) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'centroid-'));
  let database: EmbeddedDatabase;
  let pool: Pool;

  beforeAll(async () => {
    database = await startEmbedded(dataDir, { unixSocket, waitingLimitMs: WAITING_LIMIT_MS });
    pool = new Pool({ connectionString: database.connectionString, max: 60 });
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

  afterEach(() => pool.query('DROP TABLE counter'));

  const count = async (): Promise<number> =>
    (await pool.query<{ n: number }>('SELECT n FROM counter WHERE id = $1', [1])).rows[0].n;

  const newClient = async (): Promise<Client> => {
    const client = new Client({ connectionString: database.connectionString });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };

  it('keeps 50 concurrent transactions apart', async () => {
    const increment = async (): Promise<void> => {
      const client = await pool.connect();
      await client.query('BEGIN');
      const { rows } = await client.query<{ n: number }>('SELECT n FROM counter WHERE id = $1', [1]);
      await new Promise((resolve) => setTimeout(resolve, 1));
      await client.query('UPDATE counter SET n = $1', [rows[0].n + 1]);
      await client.query('COMMIT');
      client.release();
    };
    await Promise.all(Array.from({ length: 50 }, increment));
    expect(await count()).toBe(50);
  });

  it('shows nobody what is not committed', async () => {
    const client = await pool.connect();
    await client.query('BEGIN');
    await client.query('UPDATE counter SET n = 7');
    const seen = count();
    await client.query('ROLLBACK');
    client.release();
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

  it('refuses a query awaited from inside another transaction, with the reason, and goes on', async () => {
    const client = await pool.connect();
    await client.query('BEGIN');
    await client.query('UPDATE counter SET n = 1');
    await expect(pool.query('SELECT 1')).rejects.toMatchObject({
      code: '55P03',
      message: expect.stringContaining('serves one transaction at a time') as unknown,
    });
    await expect(pool.query('SELECT $1::int', [1])).rejects.toMatchObject({ code: '55P03' });
    await client.query('COMMIT');
    client.release();
    expect(await count()).toBe(1);
  });

  it('ends a transaction that stays silent while others wait', async () => {
    const client = await newClient();
    const ended = new Promise<void>((resolve) =>
      client.on('end', () => {
        resolve();
      }),
    );
    await client.query('BEGIN');
    await client.query('UPDATE counter SET n = 3');
    const errors: unknown[] = [];
    while (errors.length < 3) await pool.query('SELECT 1').catch((error: unknown) => errors.push(error));
    await ended;
    expect(await count()).toBe(0);
  });

  it('lets a slow statement take its time, however many wait', async () => {
    const client = await pool.connect();
    await client.query('BEGIN');
    const slow = client.query(`SELECT pg_sleep(${(2 * WAITING_LIMIT_MS) / 1000})`);
    await expect(Promise.all([slow, client.query('COMMIT'), count(), count()])).resolves.toBeDefined();
    client.release();
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
    while (n === undefined) n = await count().catch(() => undefined);
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

  it('refuses a second process, and a second start in this one, in one sentence', async () => {
    const sentence = `The embedded database in ${join(dataDir, 'database')} is in use by another process (pid ${process.pid}): stop that one, or give this one a DATA_DIR of its own.`;
    await expect(startEmbedded(dataDir)).rejects.toThrow(sentence);
    const output = await run(`
      const { startEmbedded } = await import(${JSON.stringify(EMBEDDED)});
      await startEmbedded(${JSON.stringify(dataDir)}).catch((error) => console.log(error.message));`);
    expect(output.trim()).toBe(sentence);
    expect(await count()).toBe(0);
  });
});

describe('the data folder', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'centroid-'));
  });
  afterEach(() => {
    rmSync(dataDir, { recursive: true });
  });

  it('keeps every acknowledged row over kills', async () => {
    let acknowledged = 0;
    for (let round = 1; round <= 4; round++) {
      const output = await run(
        `
        const { startEmbedded } = await import(${JSON.stringify(EMBEDDED)});
        const { Client } = (await import('pg')).default;
        const { connectionString } = await startEmbedded(${JSON.stringify(dataDir)});
        const client = new Client({ connectionString });
        await client.connect();
        await client.query('CREATE TABLE IF NOT EXISTS kept (id int PRIMARY KEY)');
        for (let id = ${acknowledged + 1}; ; id++) {
          await client.query('INSERT INTO kept VALUES ($1) ON CONFLICT DO NOTHING', [id]);
          console.log(id);
        }`,
        (output, kill) => {
          if (output.length > 2000 * round) kill();
        },
      );
      acknowledged = Number(output.trimEnd().split('\n').slice(0, -1).pop());
      const database = await startEmbedded(dataDir);
      const client = new Client({ connectionString: database.connectionString });
      await client.connect();
      const { rows } = await client.query('SELECT count(*)::int AS n FROM kept WHERE id <= $1', [acknowledged]);
      await client.end();
      await database.stop();
      expect(acknowledged).toBeGreaterThan(300 * round);
      expect(rows).toEqual([{ n: acknowledged }]);
    }
  }, 60_000);

  it('is as before after a first start that was cut short', async () => {
    for (const afterMs of [300, 700, 1000]) {
      const program = `
        const { startEmbedded } = await import(${JSON.stringify(EMBEDDED)});
        console.log('starts');
        await startEmbedded(${JSON.stringify(dataDir)});`;
      await run(program, (_output, kill) => {
        setTimeout(kill, afterMs);
      });
    }
    const database = await startEmbedded(dataDir);
    const client = new Client({ connectionString: database.connectionString });
    await client.connect();
    expect((await client.query('SELECT 1 AS x')).rows).toEqual([{ x: 1 }]);
    await client.end();
    await database.stop();
  }, 30_000);

  it('names the folder when it cannot be made', async () => {
    await expect(startEmbedded('/dev/null/data')).rejects.toThrow('/dev/null/data');
  });
});
