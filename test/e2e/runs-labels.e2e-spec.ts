import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { tableFromIPC } from 'apache-arrow';
import { parquetReadObjects } from 'hyparquet';
import { openChat } from '../factories/chats.js';
import { uploadRows } from '../factories/datasets.js';
import { completeRun } from '../factories/runs.js';
import { signUp, type TestUser } from '../factories/users.js';
import { api, binary } from '../support/api.js';
import { startApp, type TestApp } from '../support/app.js';

type Row = Record<string, unknown>;

const ROWS = 40_000;
const TYPES = {
  parquet: 'application/vnd.apache.parquet',
  arrow: 'application/vnd.apache.arrow.file',
  'arrow-stream': 'application/vnd.apache.arrow.stream',
} as const;

let app: TestApp;
let user: TestUser;
let chatId: string;
let datasetId: string;
let runId: string;
let labels: (number | null)[];

const ask = (query: string, headers: Record<string, string> = {}) =>
  app.http.get(`/api/v1/runs/${runId}/labels${query}`).set(user.auth).set(headers);

async function read(format: keyof typeof TYPES, file: Buffer): Promise<Row[]> {
  if (format === 'parquet') return parquetReadObjects({ file: new Uint8Array(file).buffer });
  return tableFromIPC(file)
    .toArray()
    .map((row: { toJSON(): Row } | null) => row!.toJSON());
}

beforeAll(async () => {
  app = await startApp();
  user = await signUp(app);
  chatId = await openChat(app, user);
  const rows = Array.from({ length: ROWS }, (_, i) => [
    i % 7 === 0 ? null : `name, ${i % 50}`,
    i % 1000 === 999 ? null : (i % 2) * 100 + (i % 13) / 7,
    i / 3,
    i % 3,
  ]);
  datasetId = await uploadRows(app, user, chatId, ['word', 'x', 'y', 'cluster'], rows);
  const run = await completeRun(app, user, chatId, { datasetId, k: 3, columns: ['x'], missing: 'drop', seed: 1 });
  runId = run.id;
  labels = (await api(app, user).get<{ labels: (number | null)[] }>(`/runs/${runId}/labels`)).body.labels;
});

afterAll(async () => {
  await app.close();
});

describe('labelled rows', () => {
  it.each(['parquet', 'arrow', 'arrow-stream'] as const)('download as %s, by Accept and by format', async (format) => {
    const answer = await ask('', { Accept: TYPES[format] }).buffer(true).parse(binary).expect(200);
    expect(answer.headers['content-type']).toBe(TYPES[format]);
    expect(answer.headers['content-disposition']).toMatch(/^attachment; filename="labels\.(parquet|arrows?)"$/);
    const file = answer.body as Buffer;
    const byName = await ask(`?format=${format}`, { Accept: 'text/csv' }).buffer(true).parse(binary).expect(200);
    expect((byName.body as Buffer).equals(file)).toBe(true);
    const rows = await read(format, file);
    expect(rows).toHaveLength(ROWS);
    expect(Object.keys(rows[0])).toEqual(['word', 'x', 'y', 'cluster', 'cluster_2']);
    for (const i of [0, 1, 998, 999, 16_383, 16_384, 39_999]) {
      expect(rows[i]).toEqual({
        word: i % 7 === 0 ? null : `name, ${i % 50}`,
        x: i % 1000 === 999 ? null : (i % 2) * 100 + (i % 13) / 7,
        y: i / 3,
        cluster: i % 3,
        cluster_2: labels[i],
      });
    }
    expect(rows.map((row) => row.cluster_2)).toEqual(labels);
    expect(labels.filter((label) => label === null)).toHaveLength(ROWS / 1000);
  });

  it('are CSV and JSON by format as by Accept, the type that is liked best', async () => {
    const csv = await ask('?format=csv').expect(200);
    expect(csv.headers['content-type']).toContain('text/csv');
    for (const accept of [
      'image/png, Text/CSV, application/json',
      'application/json;q=0.5, text/csv; header=present',
    ]) {
      expect((await ask('', { Accept: accept }).expect(200)).text).toBe(csv.text);
    }
    expect(csv.text.split('\r\n')[0]).toBe('word,x,y,cluster,cluster_2');
    for (const accept of [
      '*/*',
      'application/json, text/csv',
      'image/png',
      'text/csv;q=0.1, application/json',
      'text/csv;q=0',
    ]) {
      expect((await ask('', { Accept: accept }).expect(200)).body).toEqual({ labels });
    }
    expect((await ask('?format=json', { Accept: 'text/csv' }).expect(200)).body).toEqual({ labels });
  });

  it('are refused in other formats, and to others', async () => {
    expect((await ask('?format=xlsx').expect(400)).body).toMatchObject({ errors: [{ path: 'format' }] });
    const other = await signUp(app);
    await app.http.get(`/api/v1/runs/${runId}/labels?format=parquet`).set(other.auth).expect(404);
  });

  it('are gone with the data set, the labels alone aside', async () => {
    await api(app, user).delete(`/datasets/${datasetId}`);
    for (const format of ['csv', 'parquet', 'arrow', 'arrow-stream']) {
      expect((await ask(`?format=${format}`).expect(409)).body).toMatchObject({ code: 'run.dataset_deleted' });
    }
    expect((await ask('').expect(200)).body).toEqual({ labels });
  });
});
