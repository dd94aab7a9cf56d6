import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { openChat } from '../factories/chats.js';
import { uploadRows } from '../factories/datasets.js';
import { completeRun, type RunAnswer, startRun } from '../factories/runs.js';
import { signUp, type TestUser } from '../factories/users.js';
import { api } from '../support/api.js';
import { startApp, type TestApp } from '../support/app.js';

interface CentersAnswer {
  id: string;
  parentId: string | null;
  values: number[][];
  sizes: number[];
  clusterNames: (string | null)[];
  transitions: NonNullable<RunAnswer['result']>['transitions'] | null;
}

let app: TestApp;
let user: TestUser;
let chatId: string;
let my: ReturnType<typeof api>;

/** Groups of the given sizes around corners of a square, each moved by so much. */
function groups(sizes: number[], shift = 0): (number | null)[][] {
  const corners = [
    [0, 0],
    [100, 0],
    [0, 100],
    [100, 100],
  ];
  return sizes.flatMap((size, group) =>
    Array.from({ length: size }, (_, i) => [corners[group][0] + shift + (i % 3), corners[group][1] + shift + (i % 5)]),
  );
}

beforeAll(async () => {
  app = await startApp();
  user = await signUp(app);
  chatId = await openChat(app, user);
  my = api(app, user);
});

afterAll(async () => {
  await app.close();
});

const centersOf = async (run: RunAnswer): Promise<CentersAnswer> =>
  (await my.get<CentersAnswer>(`/centers/${run.result!.centersId}`)).body;
const labelsOf = async (run: RunAnswer): Promise<(number | null)[]> =>
  (await my.get<{ labels: (number | null)[] }>(`/runs/${run.id}/labels`)).body.labels;

describe('retraining from centers', () => {
  let parent: RunAnswer;
  let init: { centersId: string };

  beforeAll(async () => {
    const datasetId = await uploadRows(app, user, chatId, ['x', 'y'], groups([40, 30, 20, 10]));
    parent = await completeRun(app, user, chatId, { datasetId, k: 4, seed: 1 });
    init = { centersId: parent.result!.centersId };
    await app.http
      .patch(`/api/v1/centers/${init.centersId}/clusters/3`)
      .set(user.auth)
      .send({ name: 'the few' })
      .expect(200);
  });

  it('keeps the ids and names of clusters, though their sizes have changed places', async () => {
    // The smallest group has become the largest; all have moved a little.
    const datasetId = await uploadRows(app, user, chatId, ['y', 'more', 'x'], groups([10, 20, 30, 60], 4).map(([x, y], i) => [y, i % 7, x])); // prettier-ignore
    const run = await completeRun(app, user, chatId, { datasetId, k: 4, init, keepIds: true });
    expect(run).toMatchObject({ status: 'succeeded', params: { init, keepIds: true, nInit: 1, columns: ['x', 'y'] } });
    expect(run.result!.sizes).toEqual([10, 20, 30, 60]);
    const [before, after] = [await centersOf(parent), await centersOf(run)];
    expect(after).toMatchObject({ parentId: before.id, clusterNames: [null, null, null, 'the few'] });
    after.values.forEach((center, cluster) => {
      center.forEach((value, j) => {
        expect(Math.abs(value - before.values[cluster][j])).toBeLessThan(6);
      });
    });
    const stayed = [10, 20, 30, 60].map((rows, cluster) => ({ from: cluster, to: cluster, rows }));
    expect(after.transitions).toEqual({ stayed: 120, moved: 0, unplaced: 0, unlisted: 0, table: stayed });
    expect(run.result!.transitions).toEqual(after.transitions);
  });

  it('numbers clusters by their size where ids are not to be kept', async () => {
    const datasetId = await uploadRows(app, user, chatId, ['x', 'y'], groups([10, 20, 30, 60], 4));
    const run = await completeRun(app, user, chatId, { datasetId, k: 4, init, keepIds: false });
    expect(run.result!.sizes).toEqual([60, 30, 20, 10]);
    const after = await centersOf(run);
    expect(after.clusterNames).toEqual([null, null, null, null]);
    expect(after.transitions).toMatchObject({
      stayed: 0,
      moved: 120,
      table: [
        { from: 0, to: 3, rows: 10 },
        { from: 1, to: 2, rows: 20 },
        { from: 2, to: 1, rows: 30 },
        { from: 3, to: 0, rows: 60 },
      ],
    });
  });

  it('tells how rows moved, as predictions of the parent and labels of the child do', async () => {
    const rows = Array.from({ length: 300 }, (_, i) => [(i * 37) % 120, (i * 53) % 110]);
    const datasetId = await uploadRows(app, user, chatId, ['x', 'y'], rows);
    const run = await completeRun(app, user, chatId, { datasetId, k: 4, init });
    const labels = await labelsOf(run);
    const { predictions } = (
      await my.post<{ predictions: { cluster: number }[] }>(`/centers/${init.centersId}/predictions`, { rows }, 200)
    ).body;
    const expected = new Map<string, number>();
    predictions.forEach(({ cluster }, i) => {
      const key = `${cluster} ${labels[i]}`;
      expected.set(key, (expected.get(key) ?? 0) + 1);
    });
    const { table, stayed, moved } = run.result!.transitions!;
    expect(Object.fromEntries(table.map((entry) => [`${entry.from} ${entry.to}`, entry.rows]))).toEqual(
      Object.fromEntries(expected),
    );
    expect(moved).toBeGreaterThan(0);
    expect(stayed + moved).toBe(300);
    const { body } = await my.get<{ items: { runId: string; text: string }[] }>(`/chats/${chatId}/messages?limit=100`);
    const told = body.items.filter(({ runId }) => runId === run.id).map(({ text }) => text);
    expect(told.join(' ')).toContain(`${moved} rows of 300 rows moved to a cluster of another number.`);
  });

  it('counts rows that the parent cannot place, and leaves out those that are dropped', async () => {
    const rows = [...groups([10, 20, 30, 60]), [null, 1], [100, null]];
    const datasetId = await uploadRows(app, user, chatId, ['x', 'y'], rows);
    const filled = await completeRun(app, user, chatId, { datasetId, k: 4, init, missing: 'mean' });
    expect(filled.result!.transitions).toMatchObject({ stayed: 120, moved: 0, unplaced: 2 });
    expect(filled.result!.transitions!.table.filter(({ from }) => from === null)).not.toEqual([]);
    const dropped = await completeRun(app, user, chatId, { datasetId, k: 4, init, missing: 'drop' });
    expect(dropped.result!.transitions).toMatchObject({ stayed: 120, moved: 0, unplaced: 0 });
  });

  it('is refused where the data lack columns of the parent, or the request contradicts it', async () => {
    const datasetId = await uploadRows(app, user, chatId, ['x', 'z'], groups([10, 20, 30, 60]));
    const refused = await my.post(`/chats/${chatId}/runs`, { datasetId, k: 4, init, keepIds: true }, 422);
    expect(refused.body).toMatchObject({
      code: 'run.init_mismatch',
      detail: expect.stringMatching(/need a column "y".*there are "x", "z"/),
      errors: [{ path: 'init.centersId' }],
    });
    const whole = await uploadRows(app, user, chatId, ['x', 'y'], groups([10, 20, 30, 60]));
    for (const [path, body] of [
      ['nInit', { k: 4, init, nInit: 2 }],
      ['k', { k: 5, init }],
      ['init', { k: { min: 2, max: 4 }, init }],
      ['columns', { k: 4, init, columns: ['x'] }],
      ['keepIds', { k: 4, keepIds: true }],
    ] as const) {
      const answer = await my.post(`/chats/${chatId}/runs`, { datasetId: whole, ...body }, 422);
      expect(answer.body).toMatchObject({ errors: [{ path }] });
    }
    await my.post(`/chats/${chatId}/runs`, { datasetId: whole, k: 4, init, keepIds: 'yes' }, 400);
  });

  it('fails with a problem where the parent is deleted before it begins, and stores nothing', async () => {
    const datasetId = await uploadRows(app, user, chatId, ['x', 'y'], groups([40, 30, 20, 10]));
    const doomed = await completeRun(app, user, chatId, { datasetId, k: 4, seed: 1 });
    const { id } = await centersOf(doomed);
    // The run is put back in time: its parent goes between its acceptance and its beginning.
    const { id: runId } = await startRun(app, user, chatId, { datasetId, k: 4, init: { centersId: id } });
    await my.delete(`/centers/${id}`);
    const deadline = Date.now() + 10_000;
    let run: RunAnswer;
    do run = (await my.get<RunAnswer>(`/runs/${runId}`)).body;
    while (['queued', 'running'].includes(run.status) && Date.now() < deadline);
    if (run.status === 'failed') expect(run.error).toMatchObject({ code: 'run.source_gone' });
    else expect(await centersOf(run)).toMatchObject({ parentId: null });
  });
});

describe('any k of a range', () => {
  it('can be kept without another fit, also when the data and the chosen centers are gone', async () => {
    const datasetId = await uploadRows(app, user, chatId, ['x', 'y'], groups([40, 30, 20, 10]));
    const run = await completeRun(app, user, chatId, { datasetId, k: { min: 1, max: 6 }, seed: 3, scaling: 'min-max' });
    expect(run.result!.k).toBe(4);
    const alone = await completeRun(app, user, chatId, { datasetId, k: 3, seed: 3, scaling: 'min-max' });
    const exported = await my.get<Record<string, unknown>>(`/centers/${alone.result!.centersId}/export`);
    await my.delete(`/centers/${run.result!.centersId}`);
    await my.delete(`/datasets/${datasetId}`);

    const kept = await my.post<CentersAnswer>(`/runs/${run.id}/centers`, { k: 3, name: 'Three' }, 201);
    expect(kept.body).toMatchObject({ runId: run.id, name: 'Three', k: 3, parentId: null, transitions: null });
    // Everything as if it had been asked for by itself, save what was asked for.
    const bundle = (await my.get<Record<string, unknown>>(`/centers/${kept.body.id}/export`)).body;
    for (const field of ['checksum', 'name', 'params']) {
      Reflect.deleteProperty(bundle, field);
      Reflect.deleteProperty(exported.body, field);
    }
    expect(bundle).toEqual(exported.body);
    const chat = await my.get<{ latestCentersId: string }>(`/chats/${chatId}`);
    expect(chat.body.latestCentersId).toBe(kept.body.id);
    // A repeated call makes nothing.
    const repeat = async (k: number) =>
      app.http.post(`/api/v1/runs/${run.id}/centers`).set(user.auth).set('Idempotency-Key', 'keep-two').send({ k });
    const first = await repeat(2);
    expect([first.status, (await repeat(2)).body, (await repeat(5)).status]).toEqual([201, first.body, 409]);
    // The chosen one too, and by its usual name.
    const again = await my.post<CentersAnswer>(`/runs/${run.id}/centers`, { k: 4 }, 201);
    expect(again.body).toMatchObject({ name: '4 clusters', sizes: [40, 30, 20, 10] });
  });

  it('tells how far halves of the rows agree on it', async () => {
    const rows = groups([40, 30, 20, 10]).map(([x, y], i) => [x! + Math.sin(31 * i), y! + Math.cos(17 * i)]);
    const datasetId = await uploadRows(app, user, chatId, ['x', 'y'], rows);
    const run = await completeRun(app, user, chatId, { datasetId, k: { min: 1, max: 7 }, seed: 3 });
    const stability = run.result!.sweep!.map((entry) => entry.stability);
    expect(stability[0]).toBeNull();
    expect(stability[3]).toBe(1);
    for (const value of stability.slice(1)) expect(value).toEqual(expect.any(Number));
    expect(stability[6]).toBeLessThan(1);
    expect(run.result!.choice!.why).toMatch(/agree to 1\.00 \(adjusted Rand index\)/);
  });

  it('is refused where the run did not try it, has not succeeded, or is somebody else’s', async () => {
    const datasetId = await uploadRows(app, user, chatId, ['x', 'y'], groups([4, 3, 2, 1]));
    const range = await completeRun(app, user, chatId, { datasetId, k: { min: 2, max: 3 } });
    const single = await completeRun(app, user, chatId, { datasetId, k: 2 });
    const failed = await completeRun(app, user, chatId, { datasetId: await uploadRows(app, user, chatId, ['x'], [[1], [null], [2]]), k: { min: 1, max: 2 } }); // prettier-ignore
    const before = await app.app.get(DataSource).query<unknown[]>('SELECT id FROM centers');
    for (const [runId, body, status, code] of [
      [range.id, { k: 4 }, 422, 'run.k_not_tried'],
      [single.id, { k: 3 }, 422, 'run.k_not_tried'],
      [failed.id, { k: 2 }, 409, 'run.not_succeeded'],
      [range.id, {}, 400, 'request.invalid'],
      [range.id, { k: 0 }, 400, 'request.invalid'],
      [range.id, { k: 2.5 }, 400, 'request.invalid'],
      [range.id, { k: '2' }, 400, 'request.invalid'],
      [range.id, { k: 2, name: '' }, 400, 'request.invalid'],
      [range.id, { k: 2, columns: [] }, 400, 'request.invalid'],
      ['no-uuid', { k: 2 }, 404, 'not_found'],
    ] as const) {
      expect((await my.post(`/runs/${runId}/centers`, body, status)).body).toMatchObject({ code });
    }
    const other = await signUp(app);
    expect((await api(app, other).post(`/runs/${range.id}/centers`, { k: 2 }, 404)).body).toMatchObject({
      code: 'not_found',
    });
    expect(await app.app.get(DataSource).query<unknown[]>('SELECT id FROM centers')).toEqual(before);
  });

  it('is refused where its range is none', async () => {
    const datasetId = await uploadRows(app, user, chatId, ['x', 'y'], groups([4, 3, 2, 1]));
    const answer = await my.post(`/chats/${chatId}/runs`, { datasetId, k: { min: 4, max: 3 } }, 422);
    expect(answer.body).toMatchObject({ code: 'run.empty_range', errors: [{ path: 'k' }] });
    const one = await completeRun(app, user, chatId, { datasetId, k: { min: 3, max: 3 } });
    expect(one.result).toMatchObject({ k: 3, choice: { chosen: 3 } });
  });
});
