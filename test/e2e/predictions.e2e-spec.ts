import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { signUp, type TestUser } from '../factories/users.js';
import { startApp, type TestApp } from '../support/app.js';

interface Prediction {
  cluster: number;
  distance: number;
  runnerUp: number | null;
  margin: number | null;
  outlier: boolean | null;
  distances?: number[];
}
interface Answer {
  centersId: string;
  predictions: Prediction[];
}

const CENTERS = {
  columns: ['x', 'y'],
  values: [
    [0, 0],
    [10, 0],
    [0, 8],
  ],
};

describe('predictions', () => {
  let service: TestApp;
  let ada: TestUser;
  let chatId: string;
  let centersId: string;

  const post = (path: string, body: object | string) =>
    service.http.post(`/api/v1/${path}`).set(ada.auth).set('Content-Type', 'application/json').send(body);
  const predict = async (body: object, query = ''): Promise<Prediction[]> =>
    ((await post(`centers/${centersId}/predictions${query}`, body).expect(200)).body as Answer).predictions;
  const openChat = async (): Promise<string> =>
    ((await post('chats', { title: 'p' }).expect(201)).body as { id: string }).id;
  const bring = async (chat: string, body: object = CENTERS): Promise<string> =>
    ((await post(`chats/${chat}/centers`, body).expect(201)).body as { id: string }).id;

  beforeAll(async () => {
    service = await startApp();
    ada = await signUp(service);
    chatId = await openChat();
    centersId = await bring(chatId);
  });
  afterAll(() => service.close());

  it('tell the nearest centre, the runner-up, and how clear the choice was', async () => {
    const body = (
      await post(`centers/${centersId}/predictions`, {
        rows: [
          [1, 0],
          [10, 0],
          [5, 0],
        ],
      }).expect(200)
    ).body as object;
    expect(body).toEqual({
      centersId,
      predictions: [
        { cluster: 0, distance: 1, runnerUp: 2, margin: 1 - 1 / Math.sqrt(65), outlier: null },
        { cluster: 1, distance: 0, runnerUp: 0, margin: 1, outlier: null },
        { cluster: 0, distance: 5, runnerUp: 1, margin: 0, outlier: null },
      ],
    });
  });

  it('tell the distance to every centre on request', async () => {
    const [prediction] = await predict({ rows: [[3, 4]] }, '?detail=distances');
    expect(prediction.distances).toEqual([5, Math.sqrt(65), 5]);
    expect(prediction).toMatchObject({ cluster: 0, runnerUp: 2, distance: 5, margin: 0 });
    expect(await predict({ rows: [[3, 4]] })).toEqual([
      expect.not.objectContaining({ distances: expect.anything() as unknown }),
    ]);
  });

  it('have no runner-up when there is one cluster', async () => {
    const only = await bring(await openChat(), { columns: ['x'], values: [[2]] });
    const body = (await post(`centers/${only}/predictions`, { rows: [[5]] }).expect(200)).body as object;
    expect(body).toMatchObject({
      predictions: [{ cluster: 0, distance: 3, runnerUp: null, margin: null, outlier: null }],
    });
  });

  it('answer no rows with no predictions', async () => {
    expect(await predict({ rows: [] })).toEqual([]);
    expect(await predict({ records: [] })).toEqual([]);
  });

  it('are the same for rows and for records in any order, one by one and in bulk', async () => {
    const number = fc.double({ noNaN: true, min: -1e9, max: 1e9 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 6 }), async (rows) => {
        const bulk = await predict({ rows }, '?detail=distances');
        expect(await predict({ records: rows.map(([x, y]) => ({ y, x })) }, '?detail=distances')).toEqual(bulk);
        for (const [i, row] of rows.entries()) {
          expect(await predict({ rows: [row] }, '?detail=distances')).toEqual([bulk[i]]);
        }
      }),
      { numRuns: 12 },
    );
  });

  it('are the same to the bit whether there are few rows or many', async () => {
    const rows = Array.from({ length: 40_000 }, (_, i) => [Math.sin(i) * 12, Math.cos(i * 1.7) * 9]);
    const bulk = await predict({ rows });
    for (const i of [0, 1, 777, 39_999]) expect(await predict({ rows: [rows[i]] })).toEqual([bulk[i]]);
    expect(await predict({ rows: rows.slice(100, 110) })).toEqual(bulk.slice(100, 110));
  });

  it('follow the pinned centers of a chat, or else the latest', async () => {
    const chat = await openChat();
    const ask = async (): Promise<string> =>
      ((await post(`chats/${chat}/predictions`, { rows: [[1, 1]] }).expect(200)).body as Answer).centersId;
    const pin = (id: string | null) =>
      service.http.patch(`/api/v1/chats/${chat}`).set(ada.auth).send({ pinnedCentersId: id }).expect(200);
    const first = await bring(chat);
    expect(await ask()).toBe(first);
    const second = await bring(chat);
    expect(await ask()).toBe(second);
    await pin(first);
    expect(await ask()).toBe(first);
    await service.http.delete(`/api/v1/centers/${first}`).set(ada.auth).expect(204);
    expect(await ask()).toBe(second);
    await service.http.delete(`/api/v1/centers/${second}`).set(ada.auth).expect(204);
    const body = (await post(`chats/${chat}/predictions`, { rows: [[1, 1]] }).expect(409)).body as object;
    expect(body).toMatchObject({ status: 409, code: 'chat.no_centers' });
  });

  it('end with the centers, however often they were asked before', async () => {
    const gone = await bring(await openChat());
    await post(`centers/${gone}/predictions`, { rows: [[1, 1]] }).expect(200);
    await post(`centers/${gone}/predictions`, { rows: [[1, 1]] }).expect(200);
    await service.http.delete(`/api/v1/centers/${gone}`).set(ada.auth).expect(204);
    await post(`centers/${gone}/predictions`, { rows: [[1, 1]] }).expect(404);
  });

  it.each<[string, number, string, string, object | string]>([
    ['too few values', 422, 'prediction.wrong_length', 'rows.1', { rows: [[1, 2], [1]] }],
    ['too many values', 422, 'prediction.wrong_length', 'rows.0', { rows: [[1, 2, 3]] }],
    ['no values', 422, 'prediction.wrong_length', 'rows.0', { rows: [[]] }],
    ['text in a column of numbers', 422, 'prediction.wrong_type', 'rows.0.1', { rows: [[1, 'two']] }],
    [
      'a missing value',
      422,
      'prediction.missing_value',
      'rows.2.0',
      {
        rows: [
          [1, 2],
          [1, 2],
          [null, 2],
        ],
      },
    ],
    ['a value beyond float64', 422, 'prediction.not_finite', 'rows.0.1', '{"rows": [[1, -1e999]]}'],
    ['a distance beyond float64', 422, 'prediction.out_of_range', 'rows.1', '{"rows": [[1, 1], [1.7e308, 1.7e308]]}'],
    ['a missing field', 422, 'prediction.missing_field', 'records.1.y', { records: [{ x: 1, y: 2 }, { x: 1 }] }],
    ['a field that is no column', 400, 'request.invalid', 'records.0.z', { records: [{ x: 1, y: 2, z: 3 }] }],
    ['a field of another type', 422, 'prediction.wrong_type', 'records.0.y', { records: [{ x: 1, y: '2' }] }],
    ['a null field', 422, 'prediction.missing_value', 'records.0.x', { records: [{ x: null, y: 2 }] }],
    ['a field beyond float64', 422, 'prediction.not_finite', 'records.0.x', '{"records": [{"x": 1e999, "y": 2}]}'],
    ['neither rows nor records', 400, 'request.invalid', 'rows', {}],
    ['both', 400, 'request.invalid', 'rows', { rows: [], records: [] }],
    ['a row that is an object', 400, 'request.invalid', 'rows.0', { rows: [{ x: 1, y: 2 }] }],
    ['a cell that is a list', 400, 'request.invalid', 'rows.0.0', { rows: [[[1], 2]] }],
    ['an unknown field', 400, 'request.invalid', 'row', { row: [1, 2] }],
    ['a body that is no object', 400, 'request.invalid', 'body', '[[1, 2]]'],
  ])('refuse %s and say where', async (_, status, code, path, body) => {
    for (const place of [`centers/${centersId}`, `chats/${chatId}`]) {
      const answer = await post(`${place}/predictions`, body).expect(status);
      expect(answer.headers['content-type']).toContain('application/problem+json');
      expect(answer.body).toMatchObject({ status, code, errors: [{ path }] });
    }
  });

  it('refuse another detail, and JSON that is none', async () => {
    const path = `centers/${centersId}/predictions`;
    expect((await post(`${path}?detail=all`, { rows: [] }).expect(400)).body).toMatchObject({
      errors: [{ path: 'detail' }],
    });
    await post(path, '{"rows": [[NaN, 1]]}').expect(400);
  });
});
