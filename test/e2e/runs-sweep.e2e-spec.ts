import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openChat } from '../factories/chats.js';
import { uploadRows } from '../factories/datasets.js';
import { completeRun } from '../factories/runs.js';
import { signUp, type TestUser } from '../factories/users.js';
import { api } from '../support/api.js';
import { startApp, type TestApp } from '../support/app.js';

let app: TestApp;
let user: TestUser;
let chatId: string;

beforeAll(async () => {
  app = await startApp();
  user = await signUp(app);
  chatId = await openChat(app, user);
});

afterAll(async () => {
  await app.close();
});

/** Three tight groups of fifteen rows, far apart. */
function threeGroups(): number[][] {
  const corners = [
    [0, 0],
    [100, 0],
    [50, 87],
  ];
  return corners.flatMap(([x, y]) => Array.from({ length: 15 }, (_, i) => [x + (i % 3), y + (i % 5)]));
}

describe('a range of k', () => {
  it('is one run that fits every k, and keeps the one that is chosen', async () => {
    const datasetId = await uploadRows(app, user, chatId, ['x', 'y'], threeGroups());
    const run = await completeRun(app, user, chatId, { datasetId, k: { min: 1, max: 8 }, seed: 5 });
    expect(run.status).toBe('succeeded');
    const { sweep, choice, k, sizes } = run.result!;
    expect(sweep!.map((entry) => entry.k)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const inertias = sweep!.map(({ inertia }) => inertia);
    expect(inertias).toEqual([...inertias].sort((a, b) => b - a));
    expect(sweep![0]).toMatchObject({ silhouette: null, calinskiHarabasz: null, daviesBouldin: null });
    expect(choice).toMatchObject({ silhouette: 3, gap: 3, chosen: 3, why: expect.any(String) });
    expect(k).toBe(3);
    expect(sizes).toEqual([15, 15, 15]);
    const my = api(app, user);
    const centers = await my.get<{ items: object[] }>(`/chats/${chatId}/centers`);
    expect(centers.body.items).toEqual([expect.objectContaining({ k: 3, runId: run.id })]);
    const { labels } = (await my.get<{ labels: number[] }>(`/runs/${run.id}/labels`)).body;
    for (let group = 0; group < 3; group++) {
      expect(new Set(labels.slice(15 * group, 15 * group + 15)).size).toBe(1);
    }
    // The same fit as that of the one k asked for by itself.
    const alone = await completeRun(app, user, chatId, { datasetId, k: 3, seed: 5 });
    expect(alone.result).toMatchObject({ inertia: sweep![2].inertia, metrics: run.result!.metrics });
    expect((await my.get<{ labels: number[] }>(`/runs/${alone.id}/labels`)).body.labels).toEqual(labels);
  });

  it('ends where the rows have no more clusters to give, and says so', async () => {
    const datasetId = await uploadRows(app, user, chatId, ['x'], [[1], [1], [5], [5], [9], [9]]);
    const run = await completeRun(app, user, chatId, { datasetId, k: { min: 2, max: 50 } });
    expect(run).toMatchObject({ status: 'succeeded', params: { k: { min: 2, max: 50 } } });
    expect(run.result!.sweep!.map(({ k }) => k)).toEqual([2, 3]);
    expect(run.result!.warnings).toEqual([expect.stringMatching(/^The sweep ended at k 3: .*3/)]);
  });
});
