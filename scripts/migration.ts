/**
 * What TypeORM's command line leaves to whoever uses it: comparing the entities with the migrations, on a scratch
 * database that has had all of these and nothing else.
 *
 *     npm run migration:generate -- src/database/migrations/Name    writes the difference as a migration
 *     npm run migration:check                                       fails when there is a difference
 *
 * The scratch database is an embedded one, or, with TEST_DATABASE_URL, one on that PostgreSQL server.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

const SERVER = process.env.TEST_DATABASE_URL;
const NAME = `centroid_scratch_${process.pid}`;

/** @param quiet says nothing unless it fails */
function typeorm(dataDir: string, parameters: string[], quiet = false): boolean {
  // An empty DATABASE_URL counts as none, and keeps the one in `.env` out.
  const url = SERVER ? Object.assign(new URL(SERVER), { pathname: `/${NAME}` }).href : '';
  const env = { ...process.env, DATA_DIR: dataDir, DATABASE_URL: url };
  const command = ['node_modules/typeorm/cli.js', ...parameters, '-d', 'dist/ormconfig.js'];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { env, stdio: quiet ? 'pipe' : 'inherit' });
  if (quiet && status !== 0) process.stderr.write(`${stdout.toString()}\n${stderr.toString()}`);
  return status === 0;
}

async function onServer(sql: string): Promise<void> {
  if (!SERVER) return;
  const client = new pg.Client({ connectionString: SERVER });
  await client.connect();
  await client.query(sql);
  await client.end();
}

const [task, path] = process.argv.slice(2);
if (task !== 'check' && !(task === 'generate' && path)) {
  console.error('npm run migration:generate -- src/database/migrations/Name, or npm run migration:check');
  process.exit(1);
}
const dataDir = mkdtempSync(join(tmpdir(), 'centroid-scratch-'));
await onServer(`CREATE DATABASE ${NAME}`);
let done: boolean;
try {
  const compare = path ? [path, '--pretty'] : ['migration', '--check'];
  done = typeorm(dataDir, ['migration:run'], true) && typeorm(dataDir, ['migration:generate', ...compare]);
} finally {
  await onServer(`DROP DATABASE ${NAME} WITH (FORCE)`);
  rmSync(dataDir, { recursive: true });
}
if (done && path) spawnSync('prettier', ['--write', 'src/database/migrations'], { stdio: 'inherit' });
process.exit(done ? 0 : 1);
