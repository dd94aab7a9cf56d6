import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { PASSWORD, signUp } from '../factories/users.js';
import { startApp, type TestApp } from '../support/app.js';
import { refreshTokenOf } from '../support/cookies.js';

interface Activity {
  id: string;
  at: string;
  event: string;
  subjectId: string | null;
  address: string | null;
  requestId: string | null;
}

describe('the record', () => {
  let service: TestApp;
  let database: DataSource;
  beforeAll(async () => {
    service = await startApp();
    database = service.app.get(DataSource);
  });
  afterAll(() => service.close());

  const activity = async (auth: Record<string, string>, query = ''): Promise<Activity[]> => {
    const answer = await service.http.get(`/api/v1/users/me/activity${query}`).set(auth).expect(200);
    return (answer.body as { items: Activity[] }).items;
  };

  it('tells users what was done to their account and with it', async () => {
    const { http } = service;
    const { auth, username } = await signUp(service);
    const wrong = 'wrong horse battery';
    await http.post('/api/v1/auth/login').send({ username, password: wrong }).expect(401);
    const login = await http.post('/api/v1/auth/login').send({ username, password: PASSWORD }).expect(200);
    const cookie = { Cookie: `refresh_token=${refreshTokenOf(login)!}` };
    await http.post('/api/v1/auth/refresh').set(cookie).send({}).expect(200);
    await database.query(`UPDATE refresh_tokens SET spent_at = spent_at - interval '1 minute'`);
    await http.post('/api/v1/auth/refresh').set(cookie).send({}).expect(401);
    await http.put('/api/v1/users/me/password').set(auth).send({ currentPassword: wrong, newPassword: PASSWORD });
    await http.put('/api/v1/users/me/password').set(auth).send({ currentPassword: PASSWORD, newPassword: PASSWORD });
    const key = await http
      .post('/api/v1/users/me/api-keys')
      .set(auth)
      .send({ name: 'x', scopes: ['predict'] });
    const { id: keyId, key: secret } = key.body as { id: string; key: string };
    await http.get('/api/v1/chats').set('Authorization', `Bearer ${secret}`).expect(403);
    await http.delete(`/api/v1/users/me/api-keys/${keyId}`).set(auth).expect(204);
    const chat = await http.post('/api/v1/chats').set(auth).send({ title: 'Irises' }).expect(201);
    const { id: chatId } = chat.body as { id: string };
    const centers = await http
      .post(`/api/v1/chats/${chatId}/centers`)
      .set(auth)
      .send({ columns: ['x'], values: [[1], [2]] })
      .expect(201);
    const { id: centersId } = centers.body as { id: string };
    await http.get(`/api/v1/centers/${centersId}/export?format=json`).set(auth).expect(200);
    await http.delete(`/api/v1/centers/${centersId}`).set(auth).expect(204);
    await http.delete(`/api/v1/centers/${centersId}`).set(auth).expect(404);
    await http.delete(`/api/v1/chats/${chatId}`).set(auth).expect(204);

    const events = await activity(auth);
    expect(events.map(({ event, subjectId }) => [event, subjectId])).toEqual([
      ['chat.deleted', chatId],
      ['centers.deleted', centersId],
      ['centers.exported', centersId],
      ['key.revoked', keyId],
      ['key.refused', keyId],
      ['key.created', keyId],
      ['password.changed', null],
      ['password.refused', null],
      ['session.replayed', expect.any(String)],
      ['session.opened', expect.any(String)],
      ['session.refused', null],
      ['session.opened', expect.any(String)],
      ['account.registered', null],
    ]);
    for (const { address, requestId, at } of events) {
      expect(address).toBe('127.0.0.1');
      expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
      expect(Math.abs(Date.now() - Date.parse(at))).toBeLessThan(60_000);
    }
    const rows = await database.query<{ text: string }[]>('SELECT e::text AS text FROM audit_events e');
    for (const word of [PASSWORD, wrong, username, secret, cookie.Cookie.split('=')[1]]) {
      expect(rows.filter(({ text }) => text.includes(word))).toEqual([]);
    }
    expect(await activity(auth, '?limit=1')).toEqual([events[0]]);
  });

  it('shows nobody what was done to others', async () => {
    const [ada, bob] = [await signUp(service), await signUp(service)];
    const [adas, bobs] = [await activity(ada.auth), await activity(bob.auth)];
    expect(adas).toHaveLength(2);
    expect(adas.filter(({ id }) => bobs.some((other) => other.id === id))).toEqual([]);
  });

  it('records a sign-in with a name that nobody has, without the name, which may be a password', async () => {
    const username = 'hunter2-by-mistake';
    await service.http.post('/api/v1/auth/login').send({ username, password: PASSWORD }).expect(401);
    const rows = await database.query<{ text: string; user_id: string | null }[]>(
      `SELECT e::text AS text, user_id FROM audit_events e WHERE event = 'session.refused' ORDER BY id DESC LIMIT 1`,
    );
    expect(rows[0].user_id).toBeNull();
    expect(rows[0].text).not.toContain(username);
  });

  it('is only ever added to', async () => {
    for (const statement of [
      'DELETE FROM audit_events',
      'TRUNCATE audit_events',
      `UPDATE audit_events SET event = 'nothing'`,
      `UPDATE audit_events SET address = '192.0.2.1'`,
      'UPDATE audit_events SET user_id = NULL, address = NULL',
    ]) {
      await expect(database.query(statement)).rejects.toThrow('audit_events is append-only');
    }
  });

  it('outlives the account, without name and address', async () => {
    const { id, auth } = await signUp(service);
    await service.http.delete('/api/v1/users/me').set(auth).send({ password: PASSWORD }).expect(204);
    const rows = await database.query<{ event: string; address: string | null }[]>(
      'SELECT event, address FROM audit_events WHERE user_id = $1 ORDER BY id',
      [id],
    );
    expect(rows).toEqual(
      ['account.registered', 'session.opened', 'account.deleted'].map((event) => ({ event, address: null })),
    );
  });
});

describe('deleting a user', () => {
  it('leaves no row of theirs in any table but the record, and all rows of others', async () => {
    const service = await startApp();
    try {
      const database = service.app.get(DataSource);
      const countAll = async (userId: string): Promise<Record<string, number>> => {
        const tables = await database.query<{ name: string }[]>(
          `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
           WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
        );
        const counts: Record<string, number> = {};
        for (const { name } of tables) {
          // Whatever column it stands in, also inside of JSON.
          const [{ n }] = await database.query<[{ n: number }]>(
            `SELECT count(*)::int AS n FROM ${name} t WHERE t::text LIKE '%' || $1 || '%'`,
            [userId],
          );
          if (n > 0) counts[name] = n;
        }
        return counts;
      };
      const fill = async () => {
        const user = await signUp(service);
        const chat = await service.http.post('/api/v1/chats').set(user.auth).send({ title: 'Irises' }).expect(201);
        const { id: chatId } = chat.body as { id: string };
        const post = (path: string, body: object) => service.http.post(`/api/v1/${path}`).set(user.auth).send(body);
        const rows = Array.from({ length: 20 }, (_, i) => [i, i % 3]);
        const dataset = await post(`chats/${chatId}/datasets`, { columns: ['x', 'y'], rows }).expect(201);
        await post(`chats/${chatId}/runs`, { datasetId: (dataset.body as { id: string }).id, k: 2 }).expect(202);
        await post(`chats/${chatId}/centers`, { columns: ['x'], values: [[1], [2]] }).expect(201);
        await post(`chats/${chatId}/messages`, { text: 'Note' }).expect(201);
        await post('users/me/api-keys', { name: 'x' }).expect(201);
        return user;
      };
      const [ada, bob] = [await fill(), await fill()];
      const bobs = await countAll(bob.id);
      expect(Object.keys(bobs)).toEqual(
        expect.arrayContaining(
          ['users', 'chats', 'messages', 'datasets', 'runs', 'centers', 'sessions', 'api_keys'].map(
            (table) => `public.${table}`,
          ),
        ),
      );
      await service.http.delete('/api/v1/users/me').set(ada.auth).send({ password: PASSWORD }).expect(204);
      expect(Object.keys(await countAll(ada.id))).toEqual(['public.audit_events']);
      const left = await countAll(bob.id);
      for (const table of ['users', 'chats', 'datasets', 'runs', 'sessions', 'api_keys']) {
        expect(left[`public.${table}`]).toBe(bobs[`public.${table}`]);
      }
    } finally {
      await service.close();
    }
  });
});
