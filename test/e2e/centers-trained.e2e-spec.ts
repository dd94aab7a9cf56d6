import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { trainCenters } from '../factories/centers.js';
import { signUp, type TestUser } from '../factories/users.js';
import { startApp, type TestApp } from '../support/app.js';

type Trained = Awaited<ReturnType<typeof trainCenters>>;
interface Prediction {
  cluster: number;
  distance: number;
  runnerUp: number;
  outlier: boolean | null;
  id?: unknown;
  distances: number[];
}
interface Cluster {
  cluster: number;
  name: string | null;
  size: number;
  share: number;
  silhouette: number;
  silhouettePercentiles: Record<string, number>;
  summary: string;
  columns: { name: string; mean: number; overallMean: number; overallDeviation: number; zScore: number }[];
}
interface Explanation {
  prediction: Prediction;
  columns: { name: string; value: number; center: number; runnerUpCenter: number; contribution: number }[];
  difference: number;
}

describe('centers that were trained', () => {
  let service: TestApp;
  let ada: TestUser;
  let bob: TestUser;
  let chatId: string;
  let iris: Trained;

  const call = (method: 'get' | 'post' | 'patch' | 'delete', path: string, user = ada) =>
    service.http[method](`/api/v1/${path}`).set(user.auth);
  const openChat = async (user = ada): Promise<string> =>
    ((await call('post', 'chats', user).send({ title: 't' }).expect(201)).body as { id: string }).id;
  const predict = async (id: string, body: object, user = ada): Promise<Prediction[]> => {
    const answer = await call('post', `centers/${id}/predictions?detail=distances`, user).send(body).expect(200);
    return (answer.body as { predictions: Prediction[] }).predictions;
  };
  const clusters = async (query = '', id = iris.centers.id): Promise<Cluster[]> =>
    ((await call('get', `centers/${id}/clusters${query}`).expect(200)).body as { items: Cluster[] }).items;

  beforeAll(async () => {
    service = await startApp();
    [ada, bob] = [await signUp(service), await signUp(service)];
    chatId = await openChat();
    iris = await trainCenters(service, ada, chatId, { idColumn: 'flower' });
  });
  afterAll(() => service.close());

  it('keep all that training knew', async () => {
    const body = (await call('get', `centers/${iris.centers.id}`).expect(200)).body as Record<string, unknown>;
    const sizes = [0, 1, 2].map((cluster) => iris.labels.filter((label) => label === cluster).length);
    expect(body).toMatchObject({
      k: 3,
      version: 1,
      name: '3 clusters',
      columns: iris.columns,
      sizes,
      idColumn: 'flower',
      seed: 1,
      engineVersion: '1.0.0',
      datasetSha256: 'ab'.repeat(32),
      params: { k: 3, metric: 'euclidean', seed: 1 },
    });
    expect(body.inertia).toBeCloseTo(139.8205, 3);
    const values = body.values as number[][];
    values.forEach((center, cluster) => {
      center.forEach((value, j) => {
        const own = iris.rows.filter((_, i) => iris.labels[i] === cluster).map((row) => row[j]);
        expect(value).toBeCloseTo(own.reduce((sum, x) => sum + x, 0) / own.length, 10);
      });
    });
    expect((await call('get', `chats/${chatId}`)).body).toMatchObject({ latestCentersId: iris.centers.id });
    expect((await call('get', `chats/${chatId}/messages`)).body).toMatchObject({
      items: [{ kind: 'centers', text: 'Trained centers, version 1, "3 clusters": 3 clusters of 4 columns.' }],
    });
  });

  it('predict the rows that they were trained on as they were trained, to the bit', async () => {
    const predictions = await predict(iris.centers.id, { rows: iris.rows });
    expect(predictions.map(({ cluster }) => cluster)).toEqual([...iris.labels]);
    expect(predictions.map(({ distance }) => distance)).toEqual([...iris.distances]);
    const records = iris.rows.map((row, i) => ({
      flower: `f${i}`,
      ...Object.fromEntries(row.map((x, j) => [iris.columns[j], x])),
    }));
    const byName = await predict(iris.centers.id, { records });
    expect(byName).toEqual(predictions.map((prediction, i) => ({ ...prediction, id: `f${i}` })));
  });

  it('call a row an outlier beyond the 99th percentile of its cluster', async () => {
    const predictions = await predict(iris.centers.id, { rows: iris.rows });
    for (const cluster of [0, 1, 2]) {
      const own = predictions.filter((prediction) => prediction.cluster === cluster);
      const distances = own.map(({ distance }) => distance).sort((a, b) => a - b);
      const at = 0.99 * (distances.length - 1);
      const limit = distances[Math.floor(at)] + (at % 1) * (distances[Math.ceil(at)] - distances[Math.floor(at)]);
      for (const { distance, outlier } of own) expect(outlier).toBe(distance > limit);
      expect(own.filter(({ outlier }) => outlier)).toHaveLength(1);
    }
  });

  it('predict the same numbers wherever their bundle is taken', async () => {
    const exported = await call('get', `centers/${iris.centers.id}/export?format=json`).expect(200);
    const elsewhere = await openChat(bob);
    const { id } = (
      await call('post', `chats/${elsewhere}/centers`, bob)
        .send(exported.body as object)
        .expect(201)
    ).body as {
      id: string;
    };
    expect((await call('get', `centers/${id}/export?format=json`, bob)).text).toBe(exported.text);
    expect(await predict(id, { rows: iris.rows }, bob)).toEqual(await predict(iris.centers.id, { rows: iris.rows }));
  });

  it('fill in missing values as they were taught to', async () => {
    const { centers, columns } = await trainCenters(service, ada, await openChat(), {
      missing: 'mean',
      scaling: 'robust',
    });
    const fill = centers.preparation.steps[0];
    if (fill.kind !== 'impute' || !fill.fill) throw new Error('no fill');
    const [missing] = await predict(centers.id, { rows: [[5, null, 1.5, 0.3]] });
    const [filled] = await predict(centers.id, { rows: [[5, fill.fill[1], 1.5, 0.3]] });
    expect(missing).toEqual(filled);
    const record = { [columns[0]]: 5, [columns[2]]: 1.5, [columns[3]]: 0.3 };
    const answer = await call('post', `centers/${centers.id}/predictions`)
      .send({ records: [record] })
      .expect(422);
    expect(answer.body).toMatchObject({
      code: 'prediction.missing_field',
      errors: [{ path: `records.0.${columns[1]}` }],
    });
  });

  it('measure on the unit sphere under cosine, and refuse a row without a direction', async () => {
    const { centers, labels, rows } = await trainCenters(service, ada, await openChat(), {
      metric: 'cosine',
      scaling: 'none',
    });
    const predictions = await predict(centers.id, { rows });
    expect(predictions.map(({ cluster }) => cluster)).toEqual([...labels]);
    const answer = await call('post', `centers/${centers.id}/predictions`)
      .send({ rows: [rows[0], [0, 0, 0, 0]] })
      .expect(422);
    expect(answer.body).toMatchObject({ code: 'prediction.zero_row', errors: [{ path: 'rows.1' }] });
  });

  it('say what sets each cluster apart', async () => {
    const profiles = await clusters();
    expect(profiles.map(({ cluster }) => cluster)).toEqual([0, 1, 2]);
    expect(profiles.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    const setosa = profiles.find(({ size }) => size === 50);
    expect(setosa?.summary).toBe('short petals, narrow petals, short sepals; 50 rows');
    for (const { cluster, columns, size, silhouette, silhouettePercentiles } of profiles) {
      expect(Object.keys(silhouettePercentiles)).toHaveLength(21);
      const curve = Object.values(silhouettePercentiles);
      expect(curve).toEqual(curve.toSorted((a, b) => a - b));
      // The area below the curve is the mean of what it is a curve of.
      expect(curve.slice(1).reduce((sum, high, i) => sum + (high + curve[i]) / 40, 0)).toBeCloseTo(silhouette, 1);
      expect(size).toBe(iris.labels.filter((label) => label === cluster).length);
      const strengths = columns.map(({ zScore }) => Math.abs(zScore));
      expect(strengths).toEqual(strengths.toSorted((a, b) => b - a));
      for (const column of columns) {
        const j = iris.columns.indexOf(column.name);
        const all = iris.rows.map((row) => row[j]);
        const mean = all.reduce((sum, x) => sum + x, 0) / all.length;
        const deviation = Math.sqrt(all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / all.length);
        const own = all.filter((_, i) => iris.labels[i] === cluster);
        const ownMean = own.reduce((sum, x) => sum + x, 0) / own.length;
        expect(column.overallMean).toBeCloseTo(mean, 10);
        expect(column.overallDeviation).toBeCloseTo(deviation, 10);
        expect(column.mean).toBeCloseTo(ownMean, 10);
        expect(column.zScore).toBeCloseTo((ownMean - mean) / deviation, 10);
      }
    }
  });

  it('list their clusters a page at a time', async () => {
    const first = (await call('get', `centers/${iris.centers.id}/clusters?limit=2`).expect(200)).body as {
      items: Cluster[];
      nextCursor: string;
    };
    expect(first.items.map(({ cluster }) => cluster)).toEqual([0, 1]);
    expect((await clusters(`?limit=2&cursor=${first.nextCursor}`)).map(({ cluster }) => cluster)).toEqual([2]);
    await call('get', `centers/${iris.centers.id}/clusters?cursor=nonsense`).expect(400);
  });

  it('have the names of their parent, and none where it went while they were trained', async () => {
    const parent = (await trainCenters(service, ada, await openChat())).centers.id;
    await call('patch', `centers/${parent}/clusters/1`).send({ name: 'second' }).expect(200);
    const child = (await trainCenters(service, ada, await openChat(), { parentId: parent })).centers.id;
    expect((await call('get', `centers/${child}`)).body).toMatchObject({
      parentId: parent,
      clusterNames: [null, 'second', null],
      transitions: { stayed: 150 },
    });
    await call('delete', `centers/${parent}`).expect(204);
    expect((await call('get', `centers/${child}`)).body).toMatchObject({
      parentId: null,
      transitions: { stayed: 150 },
    });
    const orphan = (await trainCenters(service, ada, await openChat(), { parentId: parent })).centers.id;
    expect((await call('get', `centers/${orphan}`)).body).toMatchObject({
      parentId: null,
      clusterNames: [null, null, null],
    });
  });

  it('let people name a cluster, two at once as well, and nothing else', async () => {
    const { centers } = await trainCenters(service, ada, await openChat());
    const name = (cluster: number | string, body: object) =>
      call('patch', `centers/${centers.id}/clusters/${cluster}`).send(body);
    await Promise.all([name(0, { name: 'one' }).expect(200), name(2, { name: 'three' }).expect(200)]);
    expect((await clusters('', centers.id)).map((cluster) => cluster.name)).toEqual(['one', null, 'three']);
    expect((await name(0, { name: null }).expect(200)).body).toMatchObject({ cluster: 0, name: null });
    for (const body of [{}, { name: '' }, { name: 1 }, { name: 'a', size: 2 }, { name: 'a\0' }]) {
      expect((await name(1, body).expect(400)).body).toMatchObject({ code: 'request.invalid' });
    }
    for (const cluster of [3, -1, '1.5', 'x', '1e0x', 1000000]) await name(cluster, { name: 'x' }).expect(404);
    expect((await call('get', `centers/${centers.id}`)).body).toMatchObject({ clusterNames: [null, null, 'three'] });
  });

  it('explain why a row is where it is, in terms that sum to the difference', async () => {
    for (const row of [iris.rows[0], iris.rows[70], [5.9, 3, 4.9, 1.7]]) {
      const { body } = (await call('post', `centers/${iris.centers.id}/explanations`).send({ row }).expect(200)) as {
        body: Explanation;
      };
      const [{ distances, ...prediction }] = await predict(iris.centers.id, { rows: [row] });
      expect(body.prediction).toEqual(prediction);
      const sum = body.columns.reduce((total, { contribution }) => total + contribution, 0);
      expect(sum).toBe(body.difference);
      const { cluster, runnerUp } = prediction;
      expect(body.difference).toBeCloseTo(distances[runnerUp] ** 2 - distances[cluster] ** 2, 10);
      expect(body.columns.map(({ name }) => name)).toEqual(iris.columns);
      expect(body.columns.map(({ value }) => value)).toEqual(row);
      const record = Object.fromEntries(row.map((value, j) => [iris.columns[j], value]));
      expect((await call('post', `centers/${iris.centers.id}/explanations`).send({ record }).expect(200)).body).toEqual(
        body,
      );
    }
  });

  it.each<[number, string, string, object]>([
    [400, 'request.invalid', 'row', {}],
    [400, 'request.invalid', 'row', { row: [1, 2, 3, 4], record: {} }],
    [400, 'request.invalid', 'row', { row: 'x' }],
    [400, 'request.invalid', 'row.1', { row: [1, true, 2, 3] }],
    [400, 'request.invalid', 'rows', { rows: [[1, 2, 3, 4]] }],
    [400, 'request.invalid', 'record.colour', { record: { colour: 1 } }],
    [422, 'prediction.wrong_length', 'row', { row: [1, 2, 3] }],
    [422, 'prediction.wrong_type', 'row.2', { row: [1, 2, '3', 4] }],
    [422, 'prediction.missing_field', 'record.sepal_length', { record: {} }],
  ])('refuse to explain with %i %s at %s', async (status, code, path, body) => {
    const answer = await call('post', `centers/${iris.centers.id}/explanations`).send(body).expect(status);
    expect(answer.body).toMatchObject({ code, errors: [{ path }] });
  });

  it('explain nothing where there is no runner-up', async () => {
    const { centers, rows } = await trainCenters(service, ada, await openChat(), { k: 1 });
    const answer = await call('post', `centers/${centers.id}/explanations`).send({ row: rows[0] }).expect(200);
    expect(answer.body).toMatchObject({ difference: null, prediction: { cluster: 0, runnerUp: null, margin: null } });
  });

  it('show and tell nothing to anybody else', async () => {
    for (const id of [iris.centers.id, randomUUID(), 'no-uuid']) {
      for (const attempt of [
        call('get', `centers/${id}/clusters`, bob),
        call('patch', `centers/${id}/clusters/0`, bob).send({ name: 'mine' }),
        call('post', `centers/${id}/explanations`, bob).send({ row: iris.rows[0] }),
      ]) {
        expect((await attempt.expect(404)).body).toMatchObject({ code: 'not_found' });
      }
    }
    expect((await clusters()).map(({ name }) => name)).toEqual([null, null, null]);
  });
});
