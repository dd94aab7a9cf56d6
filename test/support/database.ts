import { createHash, randomBytes } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { type DatabaseConfig, ServiceDataSource } from '../../src/database/data-source.js';
import { installQueue } from '../../src/database/queue/job-queue.js';

/** An empty database that belongs to one test file. */
export interface TestDatabase extends DatabaseConfig {
  /** What the service is to be started with, as its environment has it. */
  env: { DATA_DIR: string; DATABASE_URL?: string };
  /** Whoever used it has to have left the embedded one. */
  drop(): Promise<void>;
}

const ROOT = resolve(import.meta.dirname, '../..');
const TEMPLATES = join(ROOT, '.tmp');

/** A PostgreSQL server where databases may be created; without one the tests use embedded databases. */
const SERVER = process.env.TEST_DATABASE_URL;

/** What a spec that has to hold on every database runs over with `describe.each`. */
export const SERVERS: [string, string | undefined][] = [
  ['the embedded database', undefined],
  ...(SERVER === undefined ? [] : [['PostgreSQL', SERVER] as [string, string]]),
];

export interface TestDatabaseOptions {
  /** False for a database without any table, as the service finds it at its first start. @default true */
  migrated?: boolean;
  /** The server to make it on; undefined for an embedded one. @default process.env.TEST_DATABASE_URL */
  server?: string | undefined;
}

/**
 * A clean database: a copy of one that was migrated once, by whoever asked first, and is kept for the runs to come.
 */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { migrated, server } = { migrated: true, server: SERVER, ...options };
  const dataDir = await mkdtemp(join(tmpdir(), 'centroid-test-'));
  if (server !== undefined) return onServer(server, dataDir, migrated);
  if (migrated) await cp(await embeddedTemplate(), dataDir, { recursive: true, mode: constants.COPYFILE_FICLONE });
  return {
    dataDir,
    databaseUrl: undefined,
    env: { DATA_DIR: dataDir },
    drop: () => rm(dataDir, { recursive: true, force: true }),
  };
}

async function onServer(server: string, dataDir: string, migrated: boolean): Promise<TestDatabase> {
  const name = `centroid_test_${randomBytes(8).toString('hex')}`;
  await maintain(server, async (client) => {
    await client.query(
      `CREATE DATABASE ${name} TEMPLATE ${migrated ? await serverTemplate(server, client) : 'template0'}`,
    );
  });
  const databaseUrl = at(server, name);
  return {
    dataDir,
    databaseUrl,
    env: { DATA_DIR: dataDir, DATABASE_URL: databaseUrl },
    async drop() {
      await maintain(server, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Two that ask at once may both make it; one is kept. */
async function embeddedTemplate(): Promise<string> {
  const place = join(TEMPLATES, `database-${await fingerprint()}`);
  if (existsSync(place)) return place;
  await mkdir(TEMPLATES, { recursive: true });
  const making = await mkdtemp(join(TEMPLATES, 'making-'));
  await migrate({ dataDir: making, databaseUrl: undefined });
  await rename(making, place).catch(() => rm(making, { recursive: true }));
  for (const old of await readdir(TEMPLATES)) {
    if (old.startsWith('database-') && join(TEMPLATES, old) !== place)
      await rm(join(TEMPLATES, old), { recursive: true });
  }
  return place;
}

async function serverTemplate(server: string, client: Client): Promise<string> {
  const name = `centroid_template_${await fingerprint()}`;
  await client.query('SELECT pg_advisory_lock(1)');
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) {
      const making = `${name}_making`;
      await client.query(`DROP DATABASE IF EXISTS ${making} WITH (FORCE)`);
      await client.query(`CREATE DATABASE ${making}`);
      await migrate({ dataDir: '', databaseUrl: at(server, making) });
      await client.query(`ALTER DATABASE ${making} RENAME TO ${name}`);
    }
  } finally {
    await client.query('SELECT pg_advisory_unlock(1)');
  }
  return name;
}

async function migrate(config: DatabaseConfig): Promise<void> {
  const dataSource = await new ServiceDataSource(config, []).initialize();
  await dataSource.runMigrations();
  await installQueue(dataSource);
  await dataSource.destroy();
}

/** Changes with all that makes a fresh database what it is: the migrations, the code around them, the packages. */
async function fingerprint(): Promise<string> {
  const folder = join(ROOT, 'src/database');
  const files = (await readdir(folder, { recursive: true })).filter((file) => /(?<!\.spec)\.ts$/.test(file)).sort();
  const hash = createHash('sha256');
  for (const file of [join(ROOT, 'package-lock.json'), ...files.map((file) => join(folder, file))]) {
    hash.update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 16);
}

async function maintain(server: string, task: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: server });
  await client.connect();
  try {
    await task(client);
  } finally {
    await client.end();
  }
}

function at(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}
