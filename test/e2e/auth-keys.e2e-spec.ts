import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { PASSWORD, signUp, type TestUser } from '../factories/users.js';
import { startApp, type TestApp } from '../support/app.js';

interface Key {
  id: string;
  key: string;
  prefix: string;
  lastUsedAt: string | null;
}

describe('API keys', () => {
  let service: TestApp;
  let ada: TestUser;
  beforeAll(async () => {
    service = await startApp();
  });
  beforeEach(async () => {
    ada = await signUp(service);
  });
  afterAll(() => service.close());

  const path = '/api/v1/users/me/api-keys';
  const make = (body: object) => service.http.post(path).set(ada.auth).send(body);
  const create = async (scopes?: string[]): Promise<Key> =>
    (await make({ name: 'import', ...(scopes && { scopes }) }).expect(201)).body as Key;
  const as = (key: string) => ({ Authorization: `Bearer ${key}` });
  const list = async (): Promise<Key[]> =>
    ((await service.http.get(path).set(ada.auth).expect(200)).body as { items: Key[] }).items;

  it('are shown once, listed without their secret, and revoked', async () => {
    const expiresAt = '2100-01-01T00:00:00.000Z';
    const answer = await make({ name: 'nightly', expiresAt, scopes: ['predict', 'read'] }).expect(201);
    const created = answer.body as Key;
    expect(created).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
      name: 'nightly',
      prefix: created.key.slice(0, 15),
      key: expect.stringMatching(/^centroid_[\w-]{43}$/) as unknown,
      scopes: ['read', 'predict'],
      expiresAt,
      lastUsedAt: null,
      createdAt: expect.any(String) as unknown,
    });
    expect(answer.headers['cache-control']).toBe('no-store');
    const [{ ...shown }] = await list();
    expect(shown).toEqual(Object.fromEntries(Object.entries(created).filter(([field]) => field !== 'key')));
    const stored = await service.app
      .get(DataSource)
      .query<{ text: string }[]>('SELECT k::text AS text FROM api_keys k WHERE id = $1', [created.id]);
    expect(stored[0].text).not.toContain(created.key.slice(15));

    await service.http.get('/api/v1/chats').set(as(created.key)).expect(200);
    expect((await list())[0].lastUsedAt).toEqual(expect.any(String));
    await service.http.delete(`${path}/${created.id}`).set(ada.auth).expect(204);
    await service.http.get('/api/v1/chats').set(as(created.key)).expect(401);
    await service.http.delete(`${path}/${created.id}`).set(ada.auth).expect(404);
    expect(await list()).toEqual([]);
  });

  it.each([
    ['no name', {}, 400, 'name'],
    ['an empty name', { name: '' }, 400, 'name'],
    ['a scope that is none', { name: 'x', scopes: ['admin'] }, 400, 'scopes'],
    ['no scope at all', { name: 'x', scopes: [] }, 400, 'scopes'],
    ['a scope twice', { name: 'x', scopes: ['read', 'read'] }, 400, 'scopes'],
    ['a scope for a list', { name: 'x', scopes: 'read' }, 400, 'scopes'],
    ['a date without time', { name: 'x', expiresAt: '2100-01-01' }, 400, 'expiresAt'],
    ['a date that is none', { name: 'x', expiresAt: '2100-02-30T00:00:00Z' }, 400, 'expiresAt'],
    ['a date in the past', { name: 'x', expiresAt: '2020-01-01T00:00:00Z' }, 422, 'expiresAt'],
    ['a secret of my own', { name: 'x', key: 'centroid_mine' }, 400, 'key'],
    ['somebody else', { name: 'x', userId: randomUUID() }, 400, 'userId'],
  ])('are not made with %s', async (_, body, status, field) => {
    const answer = await make(body).expect(status);
    expect((answer.body as { errors: { path: string }[] }).errors[0].path).toBe(field);
    expect(await list()).toEqual([]);
  });

  it('are not made without end', async () => {
    await service.app.get(DataSource).query(
      `INSERT INTO api_keys (id, user_id, name, prefix, hash, scopes, created_at)
       SELECT gen_random_uuid(), $1, 'x', 'x', decode(md5(i::text || $2), 'hex'), '{read}', now()
       FROM generate_series(1, 100) i`,
      [ada.id, ada.id],
    );
    expect((await make({ name: 'x' }).expect(409)).body).toMatchObject({ code: 'key.too_many' });
  });

  it('die at their time, with their account, and when it is disabled', async () => {
    const database = service.app.get(DataSource);
    const use = (key: Key, status: number) => service.http.get('/api/v1/chats').set(as(key.key)).expect(status);
    // What another process does, such as the operator's, is seen within a second.
    const change = async (sql: string, id: string): Promise<void> => {
      await database.query(sql, [id]);
      await pause(1000);
    };
    const [expiring, other] = [await create(), await create()];
    await use(expiring, 200);
    await change('UPDATE api_keys SET expires_at = now() WHERE id = $1', expiring.id);
    await use(expiring, 401);
    await use(other, 200);
    await change('UPDATE users SET disabled_at = now() WHERE id = $1', ada.id);
    await use(other, 401);
    await database.query('UPDATE users SET disabled_at = NULL WHERE id = $1', [ada.id]);
    await use(other, 200);
    const expiresAt = new Date(Date.now() + 400).toISOString();
    const brief = (await make({ name: 'brief', expiresAt }).expect(201)).body as Key;
    await use(brief, 200);
    await pause(420);
    await use(brief, 401);
    await service.http.delete('/api/v1/users/me').set(ada.auth).send({ password: PASSWORD }).expect(204);
    await use(other, 401);
  });

  it.each(['2999-W01-1T00:00:00Z', '2999-001T00:00:00Z', '2999-02-30T00:00:00Z', '2999-01-01T00:00:00', '2999-01-01'])(
    'are not made until %s, which is no time',
    async (expiresAt) => {
      const { body } = await make({ name: 'x', expiresAt }).expect(400);
      expect(body).toMatchObject({ code: 'request.invalid', errors: [{ path: 'expiresAt' }] });
    },
  );

  it('are of nobody else', async () => {
    const { id } = await create();
    const bob = await signUp(service);
    await service.http.delete(`${path}/${id}`).set(bob.auth).expect(404);
    expect((await service.http.get(path).set(bob.auth).expect(200)).body).toMatchObject({ items: [] });
    expect(await list()).toHaveLength(1);
  });

  it.each([
    ['cut short', (key: string) => key.slice(0, -1)],
    ['made longer', (key: string) => `${key}A`],
    ['with another prefix', (key: string) => key.replace('centroid_', 'centroid-')],
    ['without prefix', (key: string) => key.replace('centroid_', '')],
    ['with a letter turned', (key: string) => key.slice(0, -1) + (key.endsWith('A') ? 'Q' : 'A')],
    ['in capitals', (key: string) => key.toUpperCase()],
  ])('are refused %s', async (_, change) => {
    const { key } = await create();
    await service.http
      .get('/api/v1/chats')
      .set(as(change(key)))
      .expect(401);
  });

  describe('keep to their scopes', () => {
    const calls: [scope: string, method: 'get' | 'post' | 'patch' | 'delete', path: string][] = [
      ['read', 'get', '/api/v1/chats'],
      ['read', 'get', `/api/v1/runs/${randomUUID()}/events`],
      ['read', 'get', `/api/v1/centers/${randomUUID()}/export?format=json`],
      ['train', 'post', '/api/v1/chats'],
      ['train', 'delete', `/api/v1/chats/${randomUUID()}`],
      ['train', 'post', `/api/v1/chats/${randomUUID()}/runs`],
      ['train', 'post', `/api/v1/chats/${randomUUID()}/datasets`],
      ['predict', 'post', `/api/v1/centers/${randomUUID()}/predictions`],
      ['predict', 'post', `/api/v1/chats/${randomUUID()}/predictions`],
      ['predict', 'post', `/api/v1/centers/${randomUUID()}/explanations`],
    ];

    it.each(['read', 'train', 'predict'])('%s', async (scope) => {
      const { key } = await create([scope]);
      for (const [needed, method, target] of calls) {
        const { status, body } = await service.http[method](target).set(as(key));
        if (needed === scope) expect([200, 400, 404, 415]).toContain(status);
        else expect([status, (body as { code: string }).code]).toEqual([403, 'auth.scope_missing']);
      }
    });

    it('and manage no account, whatever they are', async () => {
      const { key, id } = await create();
      const refused: [method: 'get' | 'post' | 'patch' | 'put' | 'delete', path: string][] = [
        ['get', '/api/v1/users/me'],
        ['patch', '/api/v1/users/me'],
        ['delete', '/api/v1/users/me'],
        ['put', '/api/v1/users/me/password'],
        ['get', '/api/v1/users/me/sessions'],
        ['get', '/api/v1/users/me/activity'],
        ['get', path],
        ['post', path],
        ['delete', `${path}/${id}`],
      ];
      for (const [method, target] of refused) {
        const { body } = await service.http[method](target).set(as(key)).expect(403);
        expect(body).toMatchObject({ code: 'auth.key_refused' });
      }
      // A key is no session, so there is nothing to sign out of.
      await service.http.post('/api/v1/auth/logout').set(as(key)).send({}).expect(204);
      await service.http.get('/api/v1/chats').set(as(key)).expect(200);
    });
  });
});
