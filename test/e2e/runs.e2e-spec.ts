import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openChat } from '../factories/chats.js';
import { uploadRows } from '../factories/datasets.js';
import { completeRun, hasEnded, readRun, type RunAnswer, runThat, startRun } from '../factories/runs.js';
import { signUp, type TestUser } from '../factories/users.js';
import { api } from '../support/api.js';
import { startApp, type TestApp } from '../support/app.js';
import { allEvents } from '../support/events.js';
import { fixture } from '../support/golden.js';

const [IRIS_COLUMNS, ...IRIS_ROWS] = fixture('iris.csv')
  .trim()
  .split('\n')
  .map((line) => line.split(','));

let app: TestApp;
let user: TestUser;
let chatId: string;
let iris: string;
let my: ReturnType<typeof api>;

beforeAll(async () => {
  app = await startApp();
  user = await signUp(app);
  my = api(app, user);
  chatId = await openChat(app, user);
  const rows = IRIS_ROWS.map((row) => row.map(Number));
  iris = await uploadRows(app, user, chatId, IRIS_COLUMNS, rows);
});

afterAll(async () => {
  await app.close();
});

async function uploadAndFail(columns: string[], rows: (number | null)[][], fields: object) {
  const datasetId = await uploadRows(app, user, chatId, columns, rows);
  return completeRun(app, user, chatId, { datasetId, k: 2, ...fields });
}

interface Picture {
  points: number[][];
  centers: number[][];
  explainedVariance: number[];
  sampledRows: number;
}

interface Sample {
  rows: number[];
  clusters: number[];
  x: number[];
  y: number[];
  centers: number[][];
  columns: { name: string; type: string; values: unknown[] }[];
}

interface List<T> {
  items: T[];
  nextCursor: string | null;
}

describe('a run', () => {
  it('is accepted with all of its parameters, an address, and when to look', async () => {
    const answer = await my.post<RunAnswer>(`/chats/${chatId}/runs`, { datasetId: iris, k: 3 }, 202);
    const run = answer.body;
    expect(answer.headers.location).toBe(`/api/v1/runs/${run.id}`);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(run).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
      chatId,
      datasetId: iris,
      status: 'queued',
      params: {
        datasetId: iris,
        columns: ['sepal_length', 'sepal_width', 'petal_length', 'petal_width'],
        k: 3,
        init: 'k-means++',
        nInit: 10,
        maxIterations: 300,
        tolerance: 1e-4,
        seed: expect.any(Number),
        metric: 'euclidean',
        scaling: 'standard',
        missing: 'error',
      },
      progress: { fraction: 0, phase: 'queued', k: 3, restart: 0, iteration: 0, inertia: null },
      attempts: 0,
      createdAt: expect.stringMatching(/Z$/),
      startedAt: null,
      finishedAt: null,
    });
    await runThat(app, user, run.id, hasEnded);
  });

  it('ends at the best known clustering, with its figures, its centers and a message', async () => {
    const run = await completeRun(app, user, chatId, { datasetId: iris, k: 3, nInit: 100, seed: 7 });
    expect(run).toMatchObject({ status: 'succeeded', attempts: 1 });
    expect(run.progress).toMatchObject({ fraction: 1, k: 3, inertia: run.result!.inertia });
    expect(run.result).toEqual({
      centersId: expect.any(String),
      k: 3,
      inertia: expect.closeTo(139.8205, 4),
      iterations: expect.any(Number),
      converged: true,
      sizes: [53, 50, 47],
      algorithm: { name: expect.any(String), why: expect.any(String) },
      metrics: {
        silhouette: expect.closeTo(0.4599, 3),
        silhouetteRows: 150,
        calinskiHarabasz: expect.closeTo(241.904, 2),
        daviesBouldin: expect.closeTo(0.8336, 3),
      },
      warnings: [],
    });
    const { centersId } = run.result!;
    const centers = await my.get(`/centers/${centersId}`);
    expect(centers.body).toMatchObject({ runId: run.id, k: 3, sizes: [53, 50, 47], seed: 7 });
    const chat = await my.get(`/chats/${chatId}`);
    expect(chat.body).toMatchObject({ latestCentersId: centersId });
    const told = (await my.get<List<Record<string, string>>>(`/chats/${chatId}/messages?limit=100`)).body.items.filter(
      (message) => message.runId === run.id && message.kind === 'run',
    );
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ author: 'assistant', centersId, datasetId: iris });
    expect(told[0].text).toMatch(
      /^Found 3 clusters in \d+ iterations: inertia 139\.82, silhouette 0\.46 on 150 rows\.$/,
    );
  });

  it('gives the same answer for the same seed', async () => {
    const body = { datasetId: iris, k: 5, nInit: 1, seed: 42 };
    const [one, other] = [await completeRun(app, user, chatId, body), await completeRun(app, user, chatId, body)];
    expect({ ...one.result, centersId: '' }).toEqual({ ...other.result, centersId: '' });
  });

  it('is listed in its chat, newest first', async () => {
    const quiet = await openChat(app, user, 'Quiet');
    const datasetId = await uploadRows(app, user, quiet, ['a'], [[1], [2], [9]]);
    const first = await completeRun(app, user, quiet, { datasetId, k: 1 });
    const second = await completeRun(app, user, quiet, { datasetId, k: 2 });
    const list = async (query: string) => (await my.get<List<RunAnswer>>(`/chats/${quiet}/runs${query}`)).body;
    const page = await list('?limit=1');
    expect(page.items).toEqual([second]);
    const rest = await list(`?limit=1&cursor=${page.nextCursor!}`);
    expect(rest).toEqual({ items: [first], nextCursor: null });
  });

  it('of one cluster has no figures that need two', async () => {
    const run = await completeRun(app, user, chatId, { datasetId: iris, k: 1, scaling: 'none' });
    expect(run.result).toMatchObject({ sizes: [150], inertia: expect.closeTo(681.3706, 3) });
    expect(run.result!.metrics).toMatchObject({ silhouette: null, calinskiHarabasz: null, daviesBouldin: null });
  });

  it('accepts a constant column with a warning', async () => {
    const rows = [1, 2, 8, 9].map((x) => [x, 5]);
    const run = await uploadAndFail(['x', 'flat'], rows, {});
    expect(run).toMatchObject({ status: 'succeeded', result: { sizes: [2, 2] } });
    expect(run.result!.warnings).toEqual([expect.stringContaining('"flat"')]);
  });

  it('drops or fills missing values as asked', async () => {
    const rows = [
      [1, 1],
      [2, null],
      [8, 8],
      [9, 9],
    ];
    const dropped = await uploadAndFail(['x', 'y'], rows, { missing: 'drop' });
    expect(dropped.result?.sizes).toEqual([2, 1]);
    const { body } = await my.get<unknown>(`/runs/${dropped.id}/labels`);
    expect(body).toEqual({ labels: [1, null, 0, 0] });
    const filled = await uploadAndFail(['x', 'y'], rows, { missing: 'mean' });
    expect(filled.result?.sizes).toEqual([2, 2]);
  });

  it('leaves an id column out and echoes it, and weighs rows', async () => {
    const rows = [
      [101, 0, 1],
      [102, 1, 3],
      [103, 9, 1],
    ];
    const run = await uploadAndFail(['id', 'x', 'w'], rows, { idColumn: 'id', weightColumn: 'w', scaling: 'none' });
    expect(run.params.columns).toEqual(['x']);
    const { body } = await my.get<unknown>(`/runs/${run.id}/labels`);
    expect(body).toEqual({ labels: [0, 0, 1], ids: ['101', '102', '103'] });
    const centers = await my.get<{ values: number[][] }>(`/centers/${run.result!.centersId}`);
    expect(centers.body.values).toEqual([[0.75], [9]]);
  });

  it('begins from centers that are there, as their child', async () => {
    const parent = await completeRun(app, user, chatId, { datasetId: iris, k: 3, seed: 1, nInit: 20 });
    const init = { centersId: parent.result!.centersId };
    const run = await completeRun(app, user, chatId, { datasetId: iris, k: 3, init, scaling: 'standard' });
    expect(run.params).toMatchObject({ init, nInit: 1 });
    expect(run.result).toMatchObject({
      inertia: expect.closeTo(parent.result!.inertia, 6),
      sizes: parent.result!.sizes,
    });
    const { body } = await my.get<unknown>(`/centers/${run.result!.centersId}`);
    expect(body).toMatchObject({ parentId: init.centersId });
    const wrong = await my.post(`/chats/${chatId}/runs`, { datasetId: iris, k: 4, init }, 422);
    expect(wrong.body).toMatchObject({ code: 'run.init_mismatch' });
  });
});

describe('what a run leaves', () => {
  it('are labels as JSON and as the rows with a cluster', async () => {
    const run = await completeRun(app, user, chatId, { datasetId: iris, k: 3, seed: 7, nInit: 20 });
    const json = await my.get<{ labels: number[] }>(`/runs/${run.id}/labels`);
    expect(json.headers['content-type']).toMatch(/^application\/json/);
    const { labels } = json.body;
    expect(labels).toHaveLength(150);
    expect([0, 1, 2].map((k) => labels.filter((label) => label === k).length)).toEqual(run.result!.sizes);
    const csv = await my.get(`/runs/${run.id}/labels`, 200, { Accept: 'text/csv' });
    expect(csv.headers['content-type']).toMatch(/^text\/csv/);
    expect(csv.text.split('\r\n')).toEqual([
      [...IRIS_COLUMNS, 'cluster'].join(','),
      ...IRIS_ROWS.map((row, i) => [...row.map(Number), labels[i]].join(',')),
      '',
    ]);
  });

  it('is CSV that no spreadsheet runs', async () => {
    const rows = [
      ['=1+1', 1],
      ['a "b", c', 2],
      ['plain', 9],
    ];
    const datasetId = await uploadRows(app, user, chatId, ['name', 'cluster'], rows);
    const run = await completeRun(app, user, chatId, { datasetId, k: 2, scaling: 'none' });
    const csv = await my.get(`/runs/${run.id}/labels`, 200, { Accept: 'text/csv' });
    expect(csv.text).toBe('name,cluster,cluster_2\r\n"\'=1+1",1,0\r\n"a ""b"", c",2,0\r\nplain,9,1\r\n');
  });

  it('is a picture on two principal components', async () => {
    const run = await completeRun(app, user, chatId, { datasetId: iris, k: 3, seed: 7, nInit: 20 });
    const at = `/runs/${run.id}/projection`;
    const { points, centers, explainedVariance, sampledRows } = (await my.get<Picture>(at)).body;
    expect(explainedVariance).toEqual([expect.closeTo(0.7296, 4), expect.closeTo(0.2285, 4)]);
    expect([points.length, centers.length, sampledRows]).toEqual([150, 3, 150]);
    expect(points.map(([, , , row]) => row)).toEqual(Array.from({ length: 150 }, (_, row) => row));
    // A cluster's centre is the mean of its rows, on any axes.
    centers.forEach(([x, y], k) => {
      const own = points.filter(([, , cluster]) => cluster === k);
      const mean = (axis: number) => own.reduce((sum, point) => sum + point[axis], 0) / own.length;
      expect([mean(0), mean(1)]).toEqual([expect.closeTo(x, 6), expect.closeTo(y, 6)]);
    });
    const sample = await my.get<Picture>(`${at}?limit=10`);
    expect(sample.body).toMatchObject({ sampledRows: 10, centers, explainedVariance });
    await my.get(`${at}?limit=0`, 400);
  });

  it('is a sample with the cells', async () => {
    const rows = [['a', 1, null], ['b', 2, 'x'], ['a', 40, 'y'], ['b', null, 'z'], ['c', 41, 'z']]; // prettier-ignore
    const datasetId = await uploadRows(app, user, chatId, ['kind', 'size', 'note'], rows);
    const run = await completeRun(app, user, chatId, { datasetId, k: 2, missing: 'drop' });
    const at = `/runs/${run.id}/sample`;
    const { body } = await my.get<Sample>(at);
    const { labels } = (await my.get<{ labels: (number | null)[] }>(`/runs/${run.id}/labels`)).body;
    expect(labels[3]).toBeNull();
    expect(body).toMatchObject({ rows: [0, 1, 2, 4], sampledRows: 4, totalRows: 4 });
    expect(body.clusters).toEqual(body.rows.map((row) => labels[row]));
    expect(body.columns.map(({ name, type }) => [name, type])).toEqual(
      (await my.get<Pick<Sample, 'columns'>>(`/datasets/${datasetId}`)).body.columns.map(({ name, type }) => [
        name,
        type,
      ]),
    );
    expect(body.columns.map(({ values }) => values)).toEqual(
      [0, 1, 2].map((column) => body.rows.map((row) => rows[row][column])),
    );
    const { points, centers } = (await my.get<Picture>(`/runs/${run.id}/projection`)).body;
    expect(body.rows.map((row, i) => [body.x[i], body.y[i], body.clusters[i], row])).toEqual(points);
    expect(body.centers).toEqual(centers);
    expect((await my.get<Sample>(`${at}?limit=2`)).body).toMatchObject({ rows: [1, 4], sampledRows: 2 });
    await my.get(`${at}?limit=100001`, 400);
    await my.delete(`/datasets/${datasetId}`);
    expect((await my.get(at)).body).toEqual({ ...body, columns: [] });
  });

  it('is there once the run has succeeded, and only then', async () => {
    const run = await uploadAndFail(['x'], [[1], [1], [2]], { k: 3 });
    expect(run.status).toBe('failed');
    for (const path of ['labels', 'projection', 'sample']) {
      const { body } = await my.get<unknown>(`/runs/${run.id}/${path}`, 409);
      expect(body).toMatchObject({ code: 'run.not_succeeded' });
    }
  });

  it('outlives the data set, the rows of the CSV aside', async () => {
    const datasetId = await uploadRows(app, user, chatId, ['x'], [[1], [2], [9]]);
    const run = await completeRun(app, user, chatId, { datasetId, k: 2 });
    await my.delete(`/datasets/${datasetId}`);
    expect(await readRun(app, user, run.id)).toMatchObject({ status: 'succeeded', datasetId: null });
    const labels = await my.get(`/runs/${run.id}/labels`);
    expect(labels.body).toEqual({ labels: [0, 0, 1] });
    await my.get(`/runs/${run.id}/projection`);
    const csv = await my.get(`/runs/${run.id}/labels`, 409, { Accept: 'text/csv' });
    expect(csv.body).toMatchObject({ code: 'run.dataset_deleted' });
    await my.get(`/centers/${run.result!.centersId}`);
  });
});

describe('events', () => {
  it('tell the present state first, then progress, then the end', async () => {
    const run = await startRun(app, user, chatId, { datasetId: iris, k: 3, nInit: 2000 });
    const events = await allEvents(app.url, run.id, user.auth);
    const types = events.map(({ type }) => type);
    expect(types.at(-1)).toBe('succeeded');
    expect(new Set(types.slice(0, -1))).toEqual(new Set(['progress']));
    const fractions = events.map((event) => event.run.progress.fraction);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(events.at(-1)!.run).toEqual(await readRun(app, user, run.id));
  });

  it('of an ended run are one', async () => {
    const run = await completeRun(app, user, chatId, { datasetId: iris, k: 2 });
    const events = await allEvents(app.url, run.id, user.auth);
    expect(events.map(({ type }) => type)).toEqual(['succeeded']);
    expect(events[0].run).toEqual(run);
  });

  it('are not told to somebody else', async () => {
    const run = await completeRun(app, user, chatId, { datasetId: iris, k: 2 });
    const stranger = await signUp(app);
    const answer = await api(app, stranger).get(`/runs/${run.id}/events`, 404);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  });
});
