import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { openChat } from '../factories/chats.js';
import { uploadRows } from '../factories/datasets.js';
import { completeRun, readRun } from '../factories/runs.js';
import { signUp, type TestUser } from '../factories/users.js';
import { api } from '../support/api.js';
import { startApp, type TestApp } from '../support/app.js';

let app: TestApp;
let user: TestUser;
let my: ReturnType<typeof api>;
let chatId: string;
let datasetId: string;

beforeAll(async () => {
  app = await startApp();
  user = await signUp(app);
  my = api(app, user);
  chatId = await openChat(app, user);
  datasetId = await uploadRows(app, user, chatId, ['x'], [[1], [2], [9]]);
});

afterAll(async () => {
  await app.close();
});

const told = async (runId: string) => {
  const { body } = await my.get<{ items: { runId?: string; text: string }[] }>(`/chats/${chatId}/messages?limit=100`);
  return body.items.filter((message) => message.runId === runId).map(({ text }) => text);
};

describe('runs', () => {
  it.each([
    [
      'more clusters than distinct rows',
      [
        [1, 1],
        [1, 1],
        [2, 2],
      ],
      { k: 3 },
      'kmeans.too_few_distinct_rows',
      /\b2\b/,
    ],
    [
      'missing values under "error"',
      [
        [1, 1],
        [null, 2],
        [3, 3],
      ],
      {},
      'dataset.missing_values',
      /"a" \(1\)/,
    ],
    [
      'no row without a missing value',
      [
        [1, null],
        [null, 2],
        [3, null],
        [null, 4],
      ],
      { missing: 'drop' },
      'dataset.no_rows_left',
      /./,
    ],
    [
      'too few rows that are left',
      [
        [1, 1],
        [null, 2],
        [3, 3],
      ],
      { k: 3, missing: 'drop' },
      'kmeans.k_above_rows',
      /2/,
    ],
  ])('fail for %s, and say so', async (_, rows, fields, code, detail) => {
    const own = await uploadRows(app, user, chatId, ['a', 'b'], rows);
    const run = await completeRun(app, user, chatId, { datasetId: own, k: 2, ...fields });
    expect(run).toMatchObject({
      status: 'failed',
      error: { status: 422, code, detail: expect.stringMatching(detail) },
      finishedAt: expect.any(String),
    });
    expect(run).not.toHaveProperty('result');
    expect(await told(run.id)).toEqual([`The run for ${run.params.k as number} clusters failed: ${run.error!.detail}`]);
    await my.delete(`/datasets/${own}`, 204);
  });

  it('take null for a field that is left out', async () => {
    const names = ['columns', 'idColumn', 'weightColumn', 'columnWeights', 'logColumns', 'rareShare', 'keepIds'];
    const numbers = ['nInit', 'maxIterations', 'tolerance', 'seed'];
    const words = ['init', 'metric', 'scaling', 'missing'];
    const nothing = Object.fromEntries([...names, ...numbers, ...words].map((field) => [field, null]));
    const run = await completeRun(app, user, chatId, { datasetId, k: { min: 2, max: 3 }, ...nothing });
    const { params } = await completeRun(app, user, chatId, {
      datasetId,
      k: { min: 2, max: 3 },
      seed: run.params.seed,
    });
    expect(run).toMatchObject({ status: 'succeeded' });
    expect(run.params).toEqual(params);
    const kept = await my.post<unknown>(`/runs/${run.id}/centers`, { k: 3, name: null }, 201);
    expect(kept.body).toMatchObject({ k: 3, name: '3 clusters' });
  });

  describe('that cannot be', () => {
    let quiet: string;
    let flowers: string;

    beforeAll(async () => {
      quiet = await openChat(app, user, 'Quiet');
      flowers = await uploadRows(
        app,
        user,
        quiet,
        ['x', 'flat', 'name'],
        [
          [1, 5, 'a'],
          [2, 5, 'b'],
          [9, 5, 'a'],
        ],
      );
    });

    /** Nothing may be left of a refused run: neither it nor a hold on its data. */
    afterEach(async () => {
      const { body } = await my.get<unknown>(`/chats/${quiet}/runs`);
      expect(body).toEqual({ items: [], nextCursor: null });
    });

    it.each([
      ['k', { k: 0 }, 400, 'request.invalid'],
      ['k', { k: -1 }, 400, 'request.invalid'],
      ['k', { k: 2.5 }, 400, 'request.invalid'],
      ['k', { k: '3' }, 400, 'request.invalid'],
      ['k', { k: null }, 400, 'request.invalid'],
      ['k', { k: 4 }, 422, 'kmeans.k_above_rows'],
      ['k', { k: { min: 3, max: 2 } }, 422, 'run.empty_range'],
      ['k', { k: { min: 2, max: 102 } }, 422, 'run.range_too_wide'],
      ['k', { k: { min: 0, max: 2 } }, 400, 'request.invalid'],
      ['k', { k: { min: 4, max: 5 } }, 422, 'kmeans.k_above_rows'],
      ['columns.0', { columns: ['y'] }, 422, 'dataset.unknown_column'],
      ['weightColumn', { columns: ['x'], weightColumn: 'name' }, 422, 'run.not_numeric'],
      ['logColumns.0', { logColumns: ['name'] }, 422, 'run.not_numeric'],
      ['rareShare', { rareShare: 0.6 }, 400, 'request.invalid'],
      ['columns', { columns: ['flat'] }, 422, 'dataset.constant'],
      ['columns', { columns: [] }, 400, 'request.invalid'],
      ['idColumn', { idColumn: 'nobody' }, 422, 'dataset.unknown_column'],
      ['clusters', { clusters: 3 }, 400, 'request.invalid'],
      ['datasetId', { datasetId: 'iris' }, 400, 'request.invalid'],
    ])('for its %s are refused: %j', async (path, fields, status, code) => {
      const { body } = await my.post<{ errors: { path: string }[] }>(
        `/chats/${quiet}/runs`,
        { datasetId: flowers, k: 2, ...fields },
        status,
      );
      expect(body).toMatchObject({ status, code, title: expect.any(String), detail: expect.any(String) });
      expect(body.errors.map((error) => error.path)).toContain(path);
    });

    it("for their data are refused, whether it is nobody's, somebody else's, or another chat's", async () => {
      const nobody = await my.post<unknown>(`/chats/${quiet}/runs`, { datasetId: randomUUID(), k: 2 }, 404);
      const stranger = await signUp(app);
      const strange = await openChat(app, stranger);
      const foreign = await uploadRows(app, stranger, strange, ['x'], [[1], [2]]);
      const others = await my.post<unknown>(`/chats/${quiet}/runs`, { datasetId: foreign, k: 2 }, 404);
      expect(others.body).toEqual(nobody.body);
      const elsewhere = await my.post<unknown>(`/chats/${quiet}/runs`, { datasetId, k: 2 }, 422);
      expect(elsewhere.body).toMatchObject({ code: 'run.other_chat' });
      const centersId = randomUUID();
      await my.post(`/chats/${quiet}/runs`, { datasetId: flowers, k: 2, init: { centersId } }, 404);
    });

    it('for want of JSON are refused', async () => {
      const { body } = (await app.http
        .post(`/api/v1/chats/${quiet}/runs`)
        .set(user.auth)
        .set('Content-Type', 'application/json')
        .send('{"k": 3')
        .expect(400)) as { body: unknown };
      expect(body).toMatchObject({ code: 'request.invalid_json' });
    });

    it('leave the data set free', async () => {
      const own = await uploadRows(app, user, quiet, ['x'], [[1], [2]]);
      await my.post(`/chats/${quiet}/runs`, { datasetId: own, k: 3 }, 422);
      await my.delete(`/datasets/${own}`, 204);
    });
  });

  it("are somebody else's to nobody", async () => {
    const run = await completeRun(app, user, chatId, { datasetId, k: 2 });
    const stranger = api(app, await signUp(app));
    const unknown = randomUUID();
    const call = async (id: string) => [
      (await stranger.get<unknown>(`/runs/${id}`, 404)).body,
      (await stranger.post<unknown>(`/runs/${id}/cancel`, {}, 404)).body,
      (await stranger.get<unknown>(`/runs/${id}/labels`, 404)).body,
      (await stranger.get<unknown>(`/runs/${id}/labels`, 404, { Accept: 'text/csv' })).body,
      (await stranger.get<unknown>(`/runs/${id}/projection`, 404)).body,
      (await stranger.get<unknown>(`/runs/${id}/sample`, 404)).body,
      (await stranger.get<unknown>(`/runs/${id}/events`, 404)).body,
    ];
    expect(await call(run.id)).toEqual(await call(unknown));
    await stranger.get(`/chats/${chatId}/runs`, 404);
    await stranger.post(`/chats/${chatId}/runs`, { datasetId, k: 2 }, 404);
    for (const id of ['7', 'iris', `${run.id}0`]) await my.get(`/runs/${id}`, 404);
    expect(await readRun(app, user, run.id)).toEqual(run);
  });

  it('need a credential', async () => {
    for (const path of [`/chats/${chatId}/runs`, `/runs/${randomUUID()}`, `/runs/${randomUUID()}/events`]) {
      await app.http.get(`/api/v1${path}`).expect(401).expect('WWW-Authenticate', 'Bearer');
    }
  });
});
