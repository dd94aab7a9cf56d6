/**
 * The whole path over HTTP, with nothing but fetch: an account, a chat, a table, three clusters, three new flowers.
 *
 *   npm start          # in one terminal
 *   npm run example    # in another; CENTROID_URL names a service elsewhere
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const api = `${process.env.CENTROID_URL ?? 'http://localhost:3000'}/api/v1`;
let token = '';

interface Run {
  id: string;
  status: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';
  result?: { centersId: string; inertia: number; iterations: number; metrics: { silhouette: number } };
  error?: { detail: string };
}
interface Centers {
  columns: string[];
  values: number[][];
  sizes: number[];
}
interface Prediction {
  cluster: number;
  distance: number;
  margin: number;
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const form = body instanceof FormData;
  const response = await fetch(api + path, {
    method,
    headers: {
      ...(token && { Authorization: `Bearer ${token}` }),
      ...(body !== undefined && !form && { 'Content-Type': 'application/json' }),
    },
    ...(body !== undefined && { body: form ? body : JSON.stringify(body) }),
  });
  const answer = (await response.json()) as T & { detail?: string };
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${answer.detail ?? ''}`);
  return answer;
}

const username = `flora-${randomUUID().slice(0, 8)}`;
const account = { username, password: 'correct horse battery staple' };
token = (await call<{ accessToken: string }>('POST', '/auth/register', account)).accessToken;

const chat = await call<{ id: string }>('POST', '/chats', { title: 'Irises' });

const file = new FormData();
file.append('file', new Blob([await readFile(new URL('iris.csv', import.meta.url))]), 'iris.csv');
const dataset = await call<{ id: string; rowCount: number }>('POST', `/chats/${chat.id}/datasets`, file);
console.log(`Uploaded iris.csv: ${dataset.rowCount} rows.`);

let run = await call<Run>('POST', `/chats/${chat.id}/runs`, { datasetId: dataset.id, k: 3, seed: 1 });
while (run.status === 'queued' || run.status === 'running') {
  await sleep(250);
  run = await call<Run>('GET', `/runs/${run.id}`);
}
if (!run.result) throw new Error(`The run ended as ${run.status}. ${run.error?.detail ?? ''}`);
const { centersId, inertia, iterations, metrics } = run.result;
console.log(
  `Three clusters: inertia ${inertia.toFixed(4)} after ${iterations} iterations, silhouette ${metrics.silhouette.toFixed(3)}.`,
);

const centers = await call<Centers>('GET', `/centers/${centersId}`);
console.table(
  centers.values.map((center, cluster) => ({
    ...Object.fromEntries(centers.columns.map((column, j) => [column, Number(center[j]?.toFixed(2))])),
    size: centers.sizes[cluster],
  })),
);

const flowers = [
  { sepal_length: 5.0, sepal_width: 3.4, petal_length: 1.5, petal_width: 0.2 },
  { sepal_length: 6.1, sepal_width: 2.8, petal_length: 4.5, petal_width: 1.4 },
  { sepal_length: 7.2, sepal_width: 3.2, petal_length: 6.1, petal_width: 2.3 },
];
const { predictions } = await call<{ predictions: Prediction[] }>('POST', `/chats/${chat.id}/predictions`, {
  records: flowers,
});
console.log('Three new flowers:');
console.table(
  predictions.map(({ cluster, distance, margin }, i) => ({
    ...flowers[i],
    cluster,
    distance: Number(distance.toFixed(3)),
    margin: Number(margin.toFixed(3)),
  })),
);
