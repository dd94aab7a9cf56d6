import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { signUp, type TestUser } from '../factories/users.js';
import { startApp, type TestApp } from '../support/app.js';

interface Centers {
  id: string;
  chatId: string;
  name: string;
  version: number;
  values: number[][];
}
interface Chat {
  id: string;
  latestCentersId: string | null;
  pinnedCentersId: string | null;
}

const PLAIN = {
  name: 'Two corners',
  columns: ['x', 'y'],
  values: [
    [0, 0.1],
    [10, 1 / 3],
  ],
};

describe('centers', () => {
  let service: TestApp;
  let ada: TestUser;
  let bob: TestUser;

  beforeAll(async () => {
    service = await startApp();
    [ada, bob] = [await signUp(service), await signUp(service)];
  });
  afterAll(() => service.close());

  const call = (method: 'get' | 'post' | 'patch' | 'delete', path: string, user = ada) =>
    service.http[method](`/api/v1/${path}`).set(user.auth);
  const openChat = async (user = ada): Promise<string> =>
    ((await call('post', 'chats', user).send({ title: 'c' }).expect(201)).body as Chat).id;
  const chatOf = async (chatId: string): Promise<Chat> =>
    (await call('get', `chats/${chatId}`).expect(200)).body as Chat;
  const bring = async (chatId: string, body: object = PLAIN): Promise<Centers> =>
    (await call('post', `chats/${chatId}/centers`).send(body).expect(201)).body as Centers;
  const versions = async (chatId: string, query = ''): Promise<number[]> =>
    ((await call('get', `chats/${chatId}/centers${query}`).expect(200)).body as { items: Centers[] }).items.map(
      ({ version }) => version,
    );

  it('are brought from elsewhere, read back, and told to the chat', async () => {
    const chatId = await openChat();
    const centers = await bring(chatId);
    expect(centers).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/) as unknown,
      chatId,
      runId: null,
      parentId: null,
      name: 'Two corners',
      version: 1,
      k: 2,
      columns: ['x', 'y'],
      values: PLAIN.values,
      sizes: null,
      clusters: null,
      clusterNames: [null, null],
      metric: 'euclidean',
      preprocessing: expect.objectContaining({
        columns: [
          { name: 'x', type: 'number' },
          { name: 'y', type: 'number' },
        ],
      }) as unknown,
      idColumn: null,
      inertia: null,
      metrics: null,
      params: null,
      seed: null,
      transitions: null,
      features: ['x', 'y'],
      engineVersion: null,
      datasetSha256: null,
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
    });
    expect((await call('get', `centers/${centers.id}`).expect(200)).body).toEqual(centers);
    expect((await call('get', `centers/${centers.id.toUpperCase()}`).expect(200)).body).toEqual(centers);
    expect(await chatOf(chatId)).toMatchObject({ latestCentersId: centers.id, pinnedCentersId: null });
    const body = (await call('get', `chats/${chatId}/messages`).expect(200)).body as object;
    expect(body).toMatchObject({
      items: [
        {
          author: 'assistant',
          kind: 'centers',
          centersId: centers.id,
          text: expect.stringContaining('2 clusters') as unknown,
        },
      ],
    });
  });

  it('are renamed, and change in nothing else', async () => {
    const centers = await bring(await openChat());
    const path = `centers/${centers.id}`;
    const body = (await call('patch', path).send({ name: 'Corners' }).expect(200)).body as object;
    expect(body).toEqual({ ...centers, name: 'Corners' });
    for (const bad of [
      {},
      { name: '' },
      { name: 5 },
      { name: 'x'.repeat(201) },
      { name: 'a\0b' },
      { name: 'a', k: 3 },
    ]) {
      expect((await call('patch', path).send(bad).expect(400)).body).toMatchObject({ code: 'request.invalid' });
    }
    expect((await call('get', path)).body).toEqual({ ...centers, name: 'Corners' });
  });

  it('are numbered within the chat, by many callers at once, and a number is never given twice', async () => {
    const chatId = await openChat();
    const brought = await Promise.all(Array.from({ length: 8 }, () => bring(chatId)));
    expect(brought.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const newest = brought.find(({ version }) => version === 8);
    expect((await chatOf(chatId)).latestCentersId).toBe(newest?.id);
    await call('delete', `centers/${newest?.id ?? ''}`).expect(204);
    expect((await bring(chatId)).version).toBe(9);
    expect((await bring(await openChat())).version).toBe(1);
  });

  it('are listed newest first, a page at a time', async () => {
    const chatId = await openChat();
    for (let i = 0; i < 3; i++) await bring(chatId);
    expect(await versions(chatId)).toEqual([3, 2, 1]);
    const body = (await call('get', `chats/${chatId}/centers?limit=2`).expect(200)).body as object;
    const { items, nextCursor } = body as { items: Centers[]; nextCursor: string };
    expect(items.map(({ version }) => version)).toEqual([3, 2]);
    expect(await versions(chatId, `?limit=2&cursor=${nextCursor}`)).toEqual([1]);
    expect((await call('get', `chats/${await openChat()}/centers`).expect(200)).body).toEqual({
      items: [],
      nextCursor: null,
    });
  });

  it('let a page end early rather than grow beyond measure', async () => {
    const chatId = await openChat();
    const columns = Array.from({ length: 1000 }, (_, j) => `c${j}`);
    const wide = { columns, values: Array.from({ length: 400 }, (_, i) => columns.map((_, j) => i + j)) };
    for (let i = 0; i < 3; i++) await bring(chatId, wide);
    const body = (await call('get', `chats/${chatId}/centers`).expect(200)).body as object;
    const { items, nextCursor } = body as { items: Centers[]; nextCursor: string };
    expect(items.map(({ version }) => version)).toEqual([3, 2]);
    expect(await versions(chatId, `?cursor=${nextCursor}`)).toEqual([1]);
  });

  it('lose their pin when they are deleted, and the newest that are left become the latest', async () => {
    const chatId = await openChat();
    const [first, second, third] = [await bring(chatId), await bring(chatId), await bring(chatId)];
    await call('patch', `chats/${chatId}`).send({ pinnedCentersId: second.id }).expect(200);
    expect(await chatOf(chatId)).toMatchObject({ latestCentersId: third.id, pinnedCentersId: second.id });
    await call('delete', `centers/${second.id}`).expect(204);
    expect(await chatOf(chatId)).toMatchObject({ latestCentersId: third.id, pinnedCentersId: null });
    await call('patch', `chats/${chatId}`).send({ pinnedCentersId: first.id }).expect(200);
    await call('delete', `centers/${third.id}`).expect(204);
    expect(await chatOf(chatId)).toMatchObject({ latestCentersId: first.id, pinnedCentersId: first.id });
    await call('delete', `centers/${first.id}`).expect(204);
    expect(await chatOf(chatId)).toMatchObject({ latestCentersId: null, pinnedCentersId: null });
    await call('delete', `centers/${first.id}`).expect(404);
    await call('get', `centers/${first.id}`).expect(404);
  });

  it('are pinned to their own chat only', async () => {
    const centers = await bring(await openChat());
    const other = await openChat();
    const body = (await call('patch', `chats/${other}`).send({ pinnedCentersId: centers.id }).expect(422))
      .body as object;
    expect(body).toMatchObject({ code: 'chat.pin_not_found' });
  });

  it('go with their chat, pinned or not', async () => {
    const chatId = await openChat();
    const centers = await bring(chatId);
    await call('patch', `chats/${chatId}`).send({ pinnedCentersId: centers.id }).expect(200);
    await call('delete', `chats/${chatId}`).expect(204);
    await call('get', `centers/${centers.id}`).expect(404);
  });

  it('survive being deleted and brought at the same time', async () => {
    const chatId = await openChat();
    const old = await Promise.all(Array.from({ length: 5 }, () => bring(chatId)));
    const [brought] = await Promise.all([
      Promise.all(Array.from({ length: 5 }, () => bring(chatId))),
      ...old.map(({ id }) => call('delete', `centers/${id}`).expect(204)),
    ]);
    const newest = brought.toSorted((a, b) => b.version - a.version)[0];
    expect(await chatOf(chatId)).toMatchObject({ latestCentersId: newest.id });
    expect(await versions(chatId)).toHaveLength(5);
  });

  describe('as a file', () => {
    it('are a bundle that another chat of another user takes in, the same to the bit', async () => {
      const values = [
        [0.1 + 0.2, 5e-324],
        [-1.7976931348623157e308, 2 ** -1074 * 3],
      ];
      const centers = await bring(await openChat(), { ...PLAIN, values });
      const exported = await call('get', `centers/${centers.id}/export?format=json`).expect(200);
      expect(exported.headers['content-type']).toContain('application/json');
      expect(exported.headers['content-disposition']).toBe('attachment; filename="centers-v1.json"');
      const chatId = await openChat(bob);
      const again = await call('post', `chats/${chatId}/centers`, bob)
        .send(exported.body as object)
        .expect(201);
      expect(again.body).toMatchObject({ version: 1, name: PLAIN.name, values });
      const { id } = again.body as Centers;
      const second = await call('get', `centers/${id}/export?format=json`, bob).expect(200);
      expect(second.text).toBe(exported.text);
    });

    it('are CSV that no spreadsheet runs', async () => {
      const centers = await bring(await openChat(), { ...PLAIN, columns: ['a,"b"', '=1+1'] });
      const answer = await call('get', `centers/${centers.id}/export?format=csv`).expect(200);
      const headers = answer.headers as Record<string, string>;
      const { text } = answer;
      expect(headers['content-type']).toContain('text/csv');
      expect(text).toBe(`"a,""b""","'=1+1"\r\n0,0.1\r\n10,${1 / 3}\r\n`);
    });

    it('are an array that NumPy loads, and Python that scikit-learn runs', async () => {
      const centers = await bring(await openChat());
      const npy = await call('get', `centers/${centers.id}/export?format=npy`).buffer(true).expect(200);
      expect(npy.headers['content-disposition']).toBe('attachment; filename="centers-v1.npy"');
      const bytes = npy.body as Buffer;
      expect(bytes.subarray(1, 6).toString()).toBe('NUMPY');
      expect(bytes.readDoubleLE(bytes.length - 8)).toBe(1 / 3);
      const python = await call('get', `centers/${centers.id}/export?format=sklearn`).expect(200);
      expect(python.headers['content-type']).toContain('text/x-python');
      expect(python.headers['content-disposition']).toBe('attachment; filename="centers-v1.py"');
      expect(python.text).toContain('model = Pipeline([');
    });

    it('are refused in a format that is none', async () => {
      const centers = await bring(await openChat());
      const body = (await call('get', `centers/${centers.id}/export?format=xml`).expect(400)).body as object;
      expect(body).toMatchObject({ code: 'request.invalid', errors: [{ path: 'format' }] });
    });
  });

  describe('that are wrong', () => {
    let chatId: string;
    let bundle: Record<string, unknown>;
    beforeAll(async () => {
      const centers = await bring(await openChat());
      bundle = (await call('get', `centers/${centers.id}/export`).expect(200)).body as Record<string, unknown>;
      chatId = await openChat();
    });

    it.each<[string, number, string, string, () => object]>([
      ['no values', 400, 'request.invalid', 'values', () => ({ columns: ['x'] })],
      ['an unknown field', 400, 'request.invalid', 'centres', () => ({ ...PLAIN, centres: [] })],
      ['a value that is text', 400, 'request.invalid', 'values.0.1', () => ({ ...PLAIN, values: [[1, '2']] })],
      ['a ragged row', 422, 'centers.wrong_length', 'values.1', () => ({ ...PLAIN, values: [[1, 2], [3]] })],
      ['a column twice', 422, 'centers.duplicate_column', 'columns.1', () => ({ ...PLAIN, columns: ['x', 'x'] })],
      ['a name with NUL', 400, 'request.invalid', 'name', () => ({ ...PLAIN, name: '\0' })],
      ['a bundle with an unknown field', 400, 'request.invalid', 'more', () => ({ ...bundle, more: 1 })],
      [
        'a bundle with NaN',
        400,
        'request.invalid',
        'values.0.0',
        () => ({
          ...bundle,
          values: [
            [NaN, 0],
            [0, 0],
          ],
        }),
      ],
      [
        'a bundle of a newer version',
        422,
        'centers.bundle_newer',
        'formatVersion',
        () => ({ ...bundle, formatVersion: 2 }),
      ],
      [
        'a bundle with a centre more',
        422,
        'centers.bundle_inconsistent',
        'values',
        () => ({ ...bundle, values: [...PLAIN.values, [1, 1]] }),
      ],
      [
        'a bundle edited by hand',
        422,
        'centers.bundle_altered',
        'checksum',
        () => ({
          ...bundle,
          trained: [
            [0, 0],
            [1, 1],
          ],
        }),
      ],
    ])('(%s) are refused, and nothing is stored', async (_, status, code, path, body) => {
      const answer = await call('post', `chats/${chatId}/centers`).send(body()).expect(status);
      expect(answer.body).toMatchObject({ status, code });
      expect((answer.body as { errors: { path: string }[] }).errors[0].path).toBe(path);
      expect(await versions(chatId)).toEqual([]);
      expect(await chatOf(chatId)).toMatchObject({ latestCentersId: null });
    });

    it('(a number beyond float64) are refused, and nothing is stored', async () => {
      const answer = await call('post', `chats/${chatId}/centers`)
        .set('Content-Type', 'application/json')
        .send('{"columns": ["x"], "values": [[1e999]]}')
        .expect(422);
      expect(answer.body).toMatchObject({ code: 'centers.not_finite', errors: [{ path: 'values.0.0' }] });
      expect(await versions(chatId)).toEqual([]);
    });
  });

  it('do not exist for anybody else, like ids that never were and words that are no ids', async () => {
    const chatId = await openChat();
    const centers = await bring(chatId);
    const calls = (centersId: string, chat: string) => [
      call('get', `chats/${chat}/centers`, bob),
      call('post', `chats/${chat}/centers`, bob).send(PLAIN),
      call('post', `chats/${chat}/predictions`, bob).send({ rows: [[1, 2]] }),
      call('get', `centers/${centersId}`, bob),
      call('patch', `centers/${centersId}`, bob).send({ name: 'mine' }),
      call('delete', `centers/${centersId}`, bob),
      call('post', `centers/${centersId}/predictions`, bob).send({ rows: [[1, 2]] }),
      call('get', `centers/${centersId}/export`, bob),
    ];
    const places = [
      [centers.id, chatId],
      [randomUUID(), randomUUID()],
      ['no-uuid', 'no-uuid'],
    ] as const;
    for (const [centersId, chat] of places) {
      for (const attempt of calls(centersId, chat)) {
        expect((await attempt.expect(404)).body).toEqual({
          type: 'about:blank',
          title: 'Not Found',
          status: 404,
          code: 'not_found',
          detail: 'There is nothing here, or it is not yours.',
        });
      }
    }
    expect((await call('get', `centers/${centers.id}`).expect(200)).body).toEqual(centers);
    expect(await versions(chatId)).toEqual([1]);
  });
});
