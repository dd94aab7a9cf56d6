/**
 * Kills processes of a running service at random moments and sees that nothing was lost, done twice, or left undone:
 *
 *     npm run chaos [-- --short] [--seed N]
 *
 * Two APIs behind nginx and three workers share a PostgreSQL. While programs upload data sets, ask for runs and
 * predictions, workers and APIs are killed with SIGKILL and started again, and now and then a process of PostgreSQL is,
 * whereupon the server drops every connection and recovers. Programs repeat what was not answered, with the same
 * Idempotency-Key: in the end everything has to be there once, whole, and every run has to have ended, once.
 */
import { createHash, randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { Client } from './chaos/client.ts';
import { judge } from './chaos/judge.ts';
import { freePort, Nginx } from './chaos/nginx.ts';
import { ServiceProcess } from './chaos/process.ts';
import type { Program } from './chaos/program.ts';

const { values: options } = parseArgs({ options: { short: { type: 'boolean' }, seed: { type: 'string' } } });
const seed = Number(options.seed ?? Date.now() % 1_000_000);
const KILLS = options.short ? { worker: 4, api: 2, postgres: 1 } : { worker: 30, api: 15, postgres: 5 };
const PROGRAMS = 3;
/** Between two kills. */
const PAUSE_MS = [300, 2500] as const;
/** Runs of one program that have not ended: work for all workers, and not more than they get through. */
const OUTSTANDING = 4;

let state = seed + 1;
/** A number of 0..1, the same ones for the same seed (Park and Miller's generator). */
const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
const between = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));

const server = process.env.TEST_DATABASE_URL;
if (!server) throw new Error('TEST_DATABASE_URL is not set: npm run with-postgres brings a server.');
const name = `centroid_chaos_${randomBytes(6).toString('hex')}`;
const admin = new pg.Pool({ connectionString: server, max: 1 });
// The connection dies with the server's processes, and the next query opens another.
admin.on('error', () => undefined);
await admin.query(`CREATE DATABASE ${name}`);
// A test server may acknowledge before it has written; what is acknowledged here has to stay.
await admin.query(`ALTER DATABASE ${name} SET synchronous_commit = on`);

const env = {
  DATABASE_URL: Object.assign(new URL(server), { pathname: `/${name}` }).href,
  SECRET_KEY: 'chaos-'.repeat(8),
  // Tokens name it, and every replica has to accept those of the others.
  PUBLIC_URL: 'http://localhost',
  PASSWORD_COST: '10',
  ENGINE_THREADS: '1',
  CHECKPOINT_SECONDS: '1',
  LOG_LEVEL: 'error',
  TRUSTED_PROXIES: '127.0.0.1',
  REQUESTS_PER_MINUTE: '1000000',
  QUEUED_RUNS: '1000',
  REGISTRATIONS_PER_HOUR: '1000000',
};
const ports = [await freePort(), await freePort()];
const apis = ports.map((port) => new ServiceProcess('api', { ...env, PORT: String(port) }));
const workers = Array.from({ length: 3 }, () => new ServiceProcess('worker', env));
const processes = [...apis, ...workers];
const nginx = new Nginx();
const began = performance.now();
try {
  console.log(`chaos, seed ${seed}: kills ${JSON.stringify(KILLS)}`);
  await Promise.all([nginx.start(ports), ...processes.map((one) => one.start())]);
  const programs = await Promise.all(Array.from({ length: PROGRAMS }, (_, i) => openProgram(i)));
  const over = new AbortController();
  const using = Promise.all(programs.map((program) => use(program, over.signal)));
  // A program that gives up ends the whole thing.
  await Promise.race([kill(), using]);
  over.abort();
  await using;
  const killed = processes.map(({ role, kills }) => `${role} ${kills}`).join(', ');
  console.log(`killed: ${killed}; asked again ${programs.reduce((sum, { client }) => sum + client.repeats, 0)} times`);
  const faults = (await Promise.all(programs.map(judge))).flat();
  for (const fault of faults) console.log(`  FAULT ${fault}`);
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(
    faults.length === 0
      ? `nothing lost, twice, stuck or damaged (${seconds} s)`
      : `${faults.length} faults, seed ${seed}`,
  );
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  await nginx.stop();
  await Promise.all(processes.map((one) => one.end()));
  await admin.query(`DROP DATABASE ${name} WITH (FORCE)`).catch(() => undefined);
  await admin.end();
}

async function openProgram(number: number): Promise<Program> {
  const client = new Client(nginx.url);
  await client.signUp(`chaos-${seed}-${number}`);
  const { id: chatId } = await client.post<{ id: string }>('/chats', { title: 'Chaos' });
  return { client, chatId, datasets: [], runs: [], predictions: 0 };
}

/** Uploads data, asks for runs and for predictions until it is over; notes what it was told. */
async function use(program: Program, over: AbortSignal): Promise<void> {
  const { client, chatId, datasets, runs } = program;
  while (!over.aborted) {
    const live = runs.length === 0 ? 0 : await liveRuns(program);
    await client.get('/chats');
    if (datasets.length === 0 || random() < 0.15) {
      const rows = Array.from({ length: between(200, 2000) }, () => Array.from({ length: 4 }, random));
      const { id } = await client.make<{ id: string }>(`/chats/${chatId}/datasets`, { rows });
      datasets.push({ id, hash: createHash('sha256').update(JSON.stringify(rows)).digest('hex'), rows: rows.length });
    } else if (live < OUTSTANDING) {
      const dataset = datasets[between(0, datasets.length - 1)];
      const body = { datasetId: dataset.id, k: between(2, 12), nInit: between(1, 400), seed: between(0, 1000) };
      const { id } = await client.make<{ id: string }>(`/chats/${chatId}/runs`, body);
      runs.push({ id, rows: dataset.rows });
    } else {
      const { id } = await client.make<{ id: string }>(`/chats/${chatId}/centers`, {
        columns: ['x'],
        values: [[0], [10]],
      });
      const path = `/centers/${id}/predictions`;
      const { predictions } = await client.post<{ predictions: { cluster: number }[] }>(path, { rows: [[1], [9]] });
      if (predictions.map(({ cluster }) => cluster).join() !== '0,1') throw new Error('A prediction is wrong.');
      program.predictions++;
    }
    await sleep(between(50, 400));
  }
}

async function liveRuns({ client, chatId }: Program): Promise<number> {
  const { items } = await client.get<{ items: { status: string }[] }>(`/chats/${chatId}/runs?limit=20`);
  return items.filter(({ status }) => status === 'queued' || status === 'running').length;
}

async function kill(): Promise<void> {
  const victims = Object.entries(KILLS).flatMap(([victim, times]) => Array<string>(times).fill(victim));
  for (let i = victims.length - 1; i > 0; i--) {
    const j = between(0, i);
    [victims[i], victims[j]] = [victims[j], victims[i]];
  }
  const comingBack: Promise<void>[] = [];
  for (const victim of victims) {
    await sleep(between(...PAUSE_MS));
    if (victim === 'postgres') {
      await killDatabaseProcess();
      continue;
    }
    const group = victim === 'worker' ? workers : apis;
    const one = group[between(0, group.length - 1)];
    // Who is about to come back is waited for; the others go on.
    const { back } = await one.killAndRestart();
    // Looked at in the end; until then it is nobody's unhandled rejection.
    back.catch(() => undefined);
    comingBack.push(back);
  }
  await Promise.all(comingBack);
}

/** One process of the server, of a connection to our database: the server then ends all others and recovers. */
async function killDatabaseProcess(): Promise<void> {
  const sql = 'SELECT pid FROM pg_stat_activity WHERE datname = $1 ORDER BY pid';
  const { rows } = await admin.query<{ pid: number }>(sql, [name]);
  const victim = rows.at(between(0, rows.length - 1));
  if (!victim) return;
  process.kill(victim.pid, 'SIGKILL');
  console.log('  killed a process of PostgreSQL');
  for (let tries = 0; tries < 100; tries++) {
    await sleep(200);
    if (await admin.query('SELECT 1').catch(() => undefined)) return;
  }
  throw new Error('PostgreSQL does not come back.');
}
