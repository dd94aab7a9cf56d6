/**
 * Predictions, lists, uploads and sign-ins together, for as long as is wanted:
 *
 *     npm run load [-- --seconds N]
 *
 * Fails where anything is not answered as it should be; where, after the first minute, the memory has grown by more than
 * a tenth; or where a table has grown by what nobody asked to be kept. Chats and data sets are deleted as they are made.
 */
import assert from 'node:assert/strict';
import autocannon from 'autocannon';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { memoryOf, openStage, table } from './load/stage.ts';

const { values: options } = parseArgs({ options: { seconds: { type: 'string', default: '30' } } });
const seconds = Number(options.seconds);
const WARM_MS = 60_000;
/**
 * Every two seconds, 180 s a third. Under load the engine lets garbage pile up for as long as three minutes, to twice of
 * what is in use: what has been kept shows in the troughs between.
 */
const MIN_SAMPLES = 270;
/** Kept on purpose, for as long as the settings say, or until the session or chat is deleted. */
const GROWING = ['audit_events', 'sessions', 'refresh_tokens', 'messages', 'rate_limits'];

const stage = await openStage({ LOGIN_FAILURES: '1000000', ACCOUNT_FAILURES: '1000000', PASSWORD_COST: '10' });
const database = new pg.Client({ connectionString: stage.database });
await database.connect();
const { service, client, chatId, centersId } = stage;
const auth = { Authorization: `Bearer ${client.token}`, 'Content-Type': 'application/json' };
const api = `${service.url}/api/v1`;
const password = 'chaos is a ladder, not a pit';

const LOADS: Record<string, autocannon.Options> = {
  'one-row predictions': predictions(1, 4),
  '1,000-row predictions': predictions(1000, 1),
  lists: { url: `${api}/chats/${chatId}/messages?limit=20`, headers: auth, connections: 2 },
  'sign-ins': {
    url: `${api}/auth/login`,
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: 'load', password }),
    connections: 1,
    overallRate: 5,
  },
};

function predictions(rows: number, connections: number): autocannon.Options {
  const body = JSON.stringify({ rows: table(rows) });
  return { url: `${api}/centers/${centersId}/predictions`, method: 'POST', headers: auth, body, connections };
}

/** Uploads, trains, looks and deletes, in a chat that goes as well. */
async function useChats(until: number): Promise<number> {
  const body = { rows: table(2000) };
  let times = 0;
  while (performance.now() < until) {
    const { id } = await client.post<{ id: string }>('/chats', { title: 'For a while' });
    const { id: datasetId } = await client.make<{ id: string }>(`/chats/${id}/datasets`, body);
    const run = await client.make<{ id: string }>(`/chats/${id}/runs`, { datasetId, k: 3, nInit: 1 });
    for (;;) {
      const { status } = await client.get<{ status: string }>(`/runs/${run.id}`);
      if (status === 'succeeded') break;
      assert.ok(status === 'queued' || status === 'running', `the run is ${status}`);
      await sleep(100);
    }
    const gone = await client.once('DELETE', `/chats/${id}`);
    assert.equal(gone?.status, 204);
    times++;
  }
  return times;
}

async function countRows(): Promise<Record<string, number>> {
  const { rows: tables } = await database.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`,
  );
  const counts: Record<string, number> = {};
  for (const { name } of tables) {
    const { rows } = await database.query<{ n: number }>(`SELECT count(*)::int AS n FROM "${name}"`);
    counts[name] = rows[0].n;
  }
  return counts;
}

async function watchMemory(until: number): Promise<number[]> {
  const seen: number[] = [];
  const began = performance.now();
  while (performance.now() < until) {
    await sleep(2000);
    if (performance.now() - began > WARM_MS) seen.push(memoryOf(service.pid));
  }
  return seen;
}

let wrong = 0;
try {
  const before = await countRows();
  const until = performance.now() + seconds * 1000;
  const [times, memory, ...results] = await Promise.all([
    useChats(until),
    watchMemory(until),
    ...Object.values(LOADS).map((load) => autocannon({ ...load, duration: seconds })),
  ]);
  Object.keys(LOADS).forEach((name, i) => {
    const { requests, latency, errors, timeouts, non2xx } = results[i];
    const failures = errors + timeouts + non2xx;
    wrong += failures;
    const { p50, p99, max } = latency;
    const figures = `${requests.average.toFixed(0)}/s, p50 ${p50} ms, p99 ${p99} ms, max ${max} ms`;
    console.log(`${name.padEnd(24)} ${figures}, ${failures} failures`);
  });
  console.log(`${'uploads with a run'.padEnd(24)} ${times} in ${seconds} s`);
  if (memory.length >= MIN_SAMPLES) {
    const third = Math.floor(memory.length / 3);
    const [first, last] = [memory.slice(0, third), memory.slice(-third)];
    const range = (values: number[]): string =>
      `${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)} MB`;
    console.log(`${'memory'.padEnd(24)} ${range(first)} in the first third, ${range(last)} in the last`);
    assert.ok(Math.min(...last) <= Math.min(...first) * 1.1, 'memory is flat');
  }
  const after = await countRows();
  // As after the time that answers are remembered, and a sweep.
  for (const [name, rows] of Object.entries(after)) {
    if (GROWING.includes(name) || name === 'idempotency_keys') continue;
    assert.ok(rows <= before[name] + 1, `${name} has grown from ${before[name]} to ${rows} rows`);
  }
} finally {
  await database.end();
  await stage.close();
}
process.exitCode = wrong === 0 ? 0 : 1;
