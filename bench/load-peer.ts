/**
 * Predictions over HTTP with a token, ours and a Python service's (bench/peers/service.py), one process each, on the
 * same PostgreSQL, one after the other and again:
 *
 *     npm run load:peer [-- --seconds N]
 *
 * Fails where ours answers fewer than three times as many one-row requests, or two times as many of 1,000 rows, or where
 * anything is not answered with 200, or the two do not agree. Needs Debian's python3-fastapi, uvicorn, python3-sqlalchemy,
 * python3-psycopg2, python3-jose and python3-sklearn.
 */
import assert from 'node:assert/strict';
import autocannon from 'autocannon';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { freePort } from '../scripts/chaos/nginx.ts';
import { openStage, SECRET_KEY, type Stage, table } from './load/stage.ts';

const { values: options } = parseArgs({ options: { seconds: { type: 'string', default: '8' } } });
const PYTHON = '/usr/bin/python3';
const CONNECTIONS = 16;
const ROUNDS = 2;
const GOALS = [
  { rows: 1, times: 3 },
  { rows: 1000, times: 2 },
];

interface Target {
  url: string;
  token: string;
}

async function rate({ url, token }: Target, rows: number): Promise<number> {
  const result = await autocannon({
    url,
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ rows: table(rows) }),
    connections: CONNECTIONS,
    duration: Number(options.seconds),
  });
  assert.equal(result.errors + result.timeouts + result.non2xx, 0, `${url}: everything is answered with 200`);
  return result.requests.average;
}

async function clusters({ url, token }: Target): Promise<unknown> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ rows: table(1000) }),
  });
  const { predictions } = (await answer.json()) as { predictions: { cluster: number; runnerUp: number }[] };
  return predictions.map(({ cluster, runnerUp }) => [cluster, runnerUp]);
}

async function startPeer(stage: Stage, folder: string): Promise<Target & { stop: () => Promise<void> }> {
  const model = join(folder, 'model.json');
  const id = stage.centersId;
  writeFileSync(model, JSON.stringify({ id, sub: 'ada', sid: 'one', rows: table(300), centers: stage.centers }));
  const program = join(import.meta.dirname, 'peers/service.py');
  const env = { PATH: process.env.PATH, DATABASE_URL: stage.database, SECRET_KEY, PEER_MODEL: model };
  const token = execFileSync(PYTHON, [program], { env, encoding: 'utf8' }).trim();
  const port = await freePort();
  const app = ['-m', 'uvicorn', '--app-dir', join(import.meta.dirname, 'peers'), 'service:app'];
  const child = spawn(PYTHON, [...app, '--port', String(port), '--workers', '1', '--log-level', 'warning'], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 100; tries++) {
    await sleep(200);
    if (await fetch(`${url}/docs`).catch(() => undefined)) break;
  }
  const stop = async (): Promise<void> => {
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await exit;
  };
  return { url: `${url}/centers/${id}/predictions`, token, stop };
}

const folder = mkdtempSync(join(tmpdir(), 'centroid-load-'));
const stage = await openStage();
try {
  const { service, client, centersId } = stage;
  const ours: Target = { url: `${service.url}/api/v1/centers/${centersId}/predictions`, token: client.token };
  const peer = await startPeer(stage, folder);
  try {
    assert.deepEqual(await clusters(ours), await clusters(peer), 'both predict the same');
    for (const { rows, times } of GOALS) {
      const best = { ours: 0, peer: 0 };
      for (let round = 0; round < ROUNDS; round++) {
        best.ours = Math.max(best.ours, await rate(ours, rows));
        best.peer = Math.max(best.peer, await rate(peer, rows));
      }
      const ratio = best.ours / best.peer;
      const figures = `ours ${best.ours.toFixed(0)}, FastAPI ${best.peer.toFixed(0)} requests a second`;
      console.log(`${rows} row(s): ${figures}: ${ratio.toFixed(2)} times (wanted ${times})`);
      if (ratio < times) process.exitCode = 1;
    }
  } finally {
    await peer.stop();
  }
} finally {
  await stage.close();
  rmSync(folder, { recursive: true, force: true });
}
