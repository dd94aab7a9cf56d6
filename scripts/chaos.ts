/**
 * Kills processes of a running service at random moments and sees that nothing was lost, done twice, or left undone:
 *
 *     npm run chaos [-- --short] [--seed N]
 *
 * Two APIs and two workers share a PostgreSQL. While data sets are uploaded and runs asked for, workers and APIs are
 * killed with SIGKILL and started again, and now and then a process of PostgreSQL is, whereupon the server drops every
 * connection and recovers. What was acknowledged has to be there in the end, whole, and every run has to have ended, once.
 */
import { createHash, randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { Client } from './chaos/client.ts';
import { ServiceProcess } from './chaos/process.ts';

const { values: options } = parseArgs({ options: { short: { type: 'boolean' }, seed: { type: 'string' } } });
const seed = Number(options.seed ?? Date.now() % 1_000_000);
const KILLS = options.short ? { worker: 4, api: 2, postgres: 1 } : { worker: 30, api: 15, postgres: 5 };
/** Between two kills: long enough for a process to come back and get hold of something. */
const PAUSE_MS = [500, 4000] as const;
const SETTLE_MS = 180_000;

let state = seed + 1;
/** A number of 0..1, the same ones for the same seed (Park and Miller's generator). */
const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
const between = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));

interface Run {
  id: string;
  status: string;
  attempts: number;
  error?: { code: string };
  result?: { centersId: string; sizes: number[] };
}
interface Acknowledged {
  datasets: { id: string; hash: string; rows: number }[];
  runs: { id: string; rows: number }[];
}

const server = process.env.TEST_DATABASE_URL;
if (!server) throw new Error('TEST_DATABASE_URL is not set: npm run with-postgres brings a server.');
const name = `centroid_chaos_${randomBytes(6).toString('hex')}`;
const admin = new pg.Pool({ connectionString: server, max: 1 });
// The connection dies with the server's processes, and the next query opens another.
admin.on('error', () => undefined);
await admin.query(`CREATE DATABASE ${name}`);
// A test server may acknowledge before it has written; what is acknowledged here has to stay.
await admin.query(`ALTER DATABASE ${name} SET synchronous_commit = on`);
const database = Object.assign(new URL(server), { pathname: `/${name}` }).href;

const env = { DATABASE_URL: database, SECRET_KEY: 'chaos-'.repeat(8), PORT: '0', PASSWORD_COST: '10' };
const apis = [new ServiceProcess('api', env), new ServiceProcess('api', env)];
const workers = [new ServiceProcess('worker', env), new ServiceProcess('worker', env)];
const processes = [...apis, ...workers];
try {
  console.log(`chaos, seed ${seed}: ${JSON.stringify(KILLS)}`);
  await Promise.all(processes.map((one) => one.start()));
  const client = new Client(apis);
  await client.signUp(`chaos-${seed}`);
  const { id: chatId } = await client.insist<{ id: string }>('POST', '/chats', { title: 'Chaos' });
  const acknowledged: Acknowledged = { datasets: [], runs: [] };
  const over = new AbortController();
  const using = use(client, chatId, acknowledged, over.signal);
  await kill();
  over.abort();
  await using;
  process.exitCode = (await judge(client, chatId, acknowledged)) ? 0 : 1;
} finally {
  await Promise.all(processes.map((one) => one.signal('SIGKILL')));
  await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
  await admin.end();
}

/** Uploads data and asks for runs until it is over; notes what was acknowledged. */
async function use(client: Client, chatId: string, acknowledged: Acknowledged, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    if (acknowledged.datasets.length === 0 || random() < 0.2) {
      const rows = Array.from({ length: between(200, 2000) }, () => Array.from({ length: 4 }, random));
      const answer = await client.once('POST', `/chats/${chatId}/datasets`, { rows });
      if (answer?.status === 201) {
        acknowledged.datasets.push({ id: idOf(answer.body), hash: hashOf(rows), rows: rows.length });
      }
    } else {
      const dataset = acknowledged.datasets[between(0, acknowledged.datasets.length - 1)];
      const body = { datasetId: dataset.id, k: between(2, 12), nInit: between(1, 400), seed: between(0, 1000) };
      const answer = await client.once('POST', `/chats/${chatId}/runs`, body);
      if (answer?.status === 202) acknowledged.runs.push({ id: idOf(answer.body), rows: dataset.rows });
    }
    await sleep(between(50, 600));
  }
}

async function kill(): Promise<void> {
  const victims = Object.entries(KILLS).flatMap(([victim, times]) => Array<string>(times).fill(victim));
  for (let i = victims.length - 1; i > 0; i--) {
    const j = between(0, i);
    [victims[i], victims[j]] = [victims[j], victims[i]];
  }
  for (const victim of victims) {
    await sleep(between(...PAUSE_MS));
    const at = between(0, 1);
    if (victim === 'worker') await workers[at].killAndRestart();
    else if (victim === 'api') await apis[at].killAndRestart();
    else await killDatabaseProcess();
  }
}

/** One process of the server, of a connection to our database: the server then ends all others and recovers. */
async function killDatabaseProcess(): Promise<void> {
  const { rows } = await admin.query<{ pid: number }>(
    'SELECT pid FROM pg_stat_activity WHERE datname = $1 ORDER BY pid',
    [name],
  );
  process.kill(rows[between(0, rows.length - 1)].pid, 'SIGKILL');
  for (let tries = 0; tries < 100; tries++) {
    await sleep(200);
    if (await admin.query('SELECT 1').catch(() => undefined)) return;
  }
  throw new Error('PostgreSQL does not come back.');
}

async function judge(client: Client, chatId: string, { datasets, runs }: Acknowledged): Promise<boolean> {
  const faults: string[] = [];
  const deadline = performance.now() + SETTLE_MS;
  let present = await client.all<Run>(`/chats/${chatId}/runs`);
  while (present.some(({ status }) => status === 'queued' || status === 'running') && performance.now() < deadline) {
    await sleep(1000);
    present = await client.all<Run>(`/chats/${chatId}/runs`);
  }
  const byId = new Map(present.map((run) => [run.id, run]));
  const centers = await client.all<{ runId: string }>(`/chats/${chatId}/centers`);
  const messages = await client.all<{ kind: string; runId?: string }>(`/chats/${chatId}/messages`);
  for (const { id, rows } of runs) {
    const run = byId.get(id);
    if (!run) faults.push(`run ${id} is lost`);
    else if (run.status !== 'succeeded') faults.push(`run ${id} is ${run.status} ${run.error?.code ?? ''}`);
    else {
      const { labels } = await client.insist<{ labels: number[] }>('GET', `/runs/${id}/labels`);
      if (labels.length !== rows) faults.push(`run ${id} has ${labels.length} labels for ${rows} rows`);
    }
  }
  for (const { id, status } of present) {
    const stored = centers.filter(({ runId }) => runId === id).length;
    const told = messages.filter(({ kind, runId }) => kind === 'run' && runId === id).length;
    if (status === 'succeeded' && (stored !== 1 || told !== 1)) {
      faults.push(`run ${id} has ${stored} centers and ${told} messages`);
    }
  }
  for (const { id, hash, rows: count } of datasets) {
    const rows: number[][] = [];
    while (rows.length < count) {
      const path = `/datasets/${id}/rows?limit=1000&offset=${rows.length}`;
      const page = await client.insist<{ rows: number[][] }>('GET', path);
      if (page.rows.length === 0) break;
      rows.push(...page.rows);
    }
    if (hashOf(rows) !== hash) faults.push(`data set ${id} is damaged`);
  }
  const again = present.filter(({ attempts }) => attempts > 1).length;
  const restarts = processes.map((one) => `${one.role} ${one.restarts}`).join(', ');
  console.log(
    `${runs.length} runs acknowledged (${present.length} there, ${again} taken up more than once), ` +
      `${datasets.length} data sets; restarts: ${restarts}`,
  );
  for (const fault of faults) console.log(`  FAULT ${fault}`);
  console.log(
    faults.length === 0 ? 'nothing lost, nothing twice, nothing stuck' : `${faults.length} faults, seed ${seed}`,
  );
  return faults.length === 0;
}

function idOf(body: unknown): string {
  return (body as { id: string }).id;
}

function hashOf(rows: number[][]): string {
  return createHash('sha256').update(JSON.stringify(rows)).digest('hex');
}
