import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { gzipSync } from 'node:zlib';
import { signUp, type TestUser } from '../factories/users.js';
import { startApp, type TestApp } from '../support/app.js';

interface Chat {
  id: string;
  title: string;
  updatedAt: string;
}

describe('chats', () => {
  let service: TestApp;
  let ada: TestUser;
  let bob: TestUser;

  beforeAll(async () => {
    service = await startApp();
    [ada, bob] = [await signUp(service), await signUp(service)];
  });
  afterAll(() => service.close());

  const open = async (user: TestUser, title: string): Promise<Chat> =>
    (await service.http.post('/api/v1/chats').set(user.auth).send({ title }).expect(201)).body as Chat;
  const titles = async (user: TestUser, query = '') => {
    const { body } = await service.http.get(`/api/v1/chats${query}`).set(user.auth).expect(200);
    return (body as { items: Chat[] }).items.map((chat) => chat.title);
  };

  it('are opened, read, renamed and deleted', async () => {
    const chat = await open(ada, 'Irises');
    expect(chat).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/) as unknown,
      title: 'Irises',
      latestCentersId: null,
      pinnedCentersId: null,
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
      updatedAt: expect.any(String) as unknown,
    });
    const path = `/api/v1/chats/${chat.id}`;
    expect((await service.http.get(path).set(ada.auth).expect(200)).body).toEqual(chat);
    const renamed = await service.http.patch(path).set(ada.auth).send({ title: 'Lilies' }).expect(200);
    expect(renamed.body).toMatchObject({ id: chat.id, title: 'Lilies' });
    await service.http.delete(path).set(ada.auth).expect(204);
    await service.http.get(path).set(ada.auth).expect(404);
    await service.http.delete(path).set(ada.auth).expect(404);
  });

  it('keep their notes in order and move to the front with each', async () => {
    const user = await signUp(service);
    const first = await open(user, 'first');
    await open(user, 'second');
    expect(await titles(user)).toEqual(['second', 'first']);
    const path = `/api/v1/chats/${first.id}/messages`;
    for (const text of ['one', 'two', 'three']) {
      const { body } = await service.http.post(path).set(user.auth).send({ text }).expect(201);
      expect(body).toEqual({
        id: expect.any(String) as unknown,
        chatId: first.id,
        author: 'user',
        kind: 'text',
        text,
        createdAt: expect.any(String) as unknown,
      });
    }
    expect(await titles(user)).toEqual(['first', 'second']);
    const { body } = await service.http.get(`${path}?limit=2`).set(user.auth).expect(200);
    const page = body as { items: { text: string }[]; nextCursor: string };
    expect(page.items.map((message) => message.text)).toEqual(['one', 'two']);
    const rest = await service.http.get(`${path}?limit=2&cursor=${page.nextCursor}`).set(user.auth).expect(200);
    expect(rest.body).toMatchObject({ items: [{ text: 'three' }], nextCursor: null });
  });

  it('are searched by a part of the title, whatever its case, and % is a character like any other', async () => {
    const user = await signUp(service);
    for (const title of ['Churn Q3', 'churn 100%', 'Wine']) await open(user, title);
    expect(await titles(user, '?q=CHURN')).toEqual(['churn 100%', 'Churn Q3']);
    expect(await titles(user, '?q=%25')).toEqual(['churn 100%']);
    expect(await titles(user, '?q=nothing')).toEqual([]);
  });

  it('page without showing a chat twice', async () => {
    const user = await signUp(service);
    for (const title of ['a', 'b', 'c']) await open(user, title);
    const { body } = await service.http.get('/api/v1/chats?limit=2').set(user.auth).expect(200);
    const { items, nextCursor } = body as { items: Chat[]; nextCursor: string };
    expect(items.map((chat) => chat.title)).toEqual(['c', 'b']);
    expect(await titles(user, `?limit=2&cursor=${nextCursor}`)).toEqual(['a']);
  });

  it('are listed as they are read one by one, whatever characters their titles have', async () => {
    const user = await signUp(service);
    const all = ['"quoted" \\ back', 'Zeilen\numbruch', 'köln 東京 🙂', '</script>', "o'hara, 100% {}"];
    const opened: Chat[] = [];
    for (const title of all) opened.unshift(await open(user, title));
    for (const query of ['', '?q=', `?limit=${all.length}`, '?q=o&limit=100']) {
      const answer = await service.http.get(`/api/v1/chats${query}`).set(user.auth).expect(200);
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
      const wanted = query.startsWith('?q=o') ? opened.filter(({ title }) => /o/i.test(title)) : opened;
      // A page that is just full is the last one.
      expect(answer.body).toEqual({ items: wanted, nextCursor: null });
    }
    const { body } = await service.http.get('/api/v1/chats?q=o&limit=1').set(user.auth).expect(200);
    const page = body as { items: Chat[]; nextCursor: string };
    expect(page.items).toHaveLength(1);
    const rest = await service.http.get(`/api/v1/chats?q=o&cursor=${page.nextCursor}`).set(user.auth).expect(200);
    expect([...page.items, ...(rest.body as { items: Chat[] }).items]).toEqual(
      opened.filter(({ title }) => /o/i.test(title)),
    );
  });

  it('do not exist for anybody else, like ids that never were and words that are no ids', async () => {
    const chat = await open(ada, 'private');
    const calls = (id: string) =>
      [
        service.http.get(`/api/v1/chats/${id}`),
        service.http.patch(`/api/v1/chats/${id}`).send({ title: 'mine' }),
        service.http.delete(`/api/v1/chats/${id}`),
        service.http.get(`/api/v1/chats/${id}/messages`),
        service.http.post(`/api/v1/chats/${id}/messages`).send({ text: 'hello' }),
      ].map((call) => call.set(bob.auth));
    const answers = await Promise.all(
      [chat.id, randomUUID(), 'no-uuid'].map((id) =>
        Promise.all(calls(id).map(async (call) => (await call).body as unknown)),
      ),
    );
    for (const bodies of answers) {
      for (const body of bodies) expect(body).toMatchObject({ status: 404, code: 'not_found' });
      expect(bodies).toEqual(answers[0]);
    }
    expect((await service.http.get(`/api/v1/chats/${chat.id}`).set(ada.auth)).body).toMatchObject({ title: 'private' });
    expect(await titles(bob)).toEqual([]);
  });

  it.each([
    [{}, 'title'],
    [{ title: '' }, 'title'],
    [{ title: 7 }, 'title'],
    [{ title: 'x'.repeat(201) }, 'title'],
    [{ title: 'a\0' }, 'title'],
    [{ title: '\ud800' }, 'title'],
    [{ title: 'ok', owner: 'ada' }, 'owner'],
  ])('refuse a malformed body and name the field: %j', async (body, path) => {
    const before = await titles(ada);
    const answer = await service.http.post('/api/v1/chats').set(ada.auth).send(body).expect(400);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ code: 'request.invalid', errors: [{ path }] });
    expect(await titles(ada)).toEqual(before);
  });

  it.each(['?q=%00', '?limit=0', '?limit=101', '?limit=x', '?cursor=nonsense', '?order=asc'])(
    'refuse the query %s',
    async (query) => {
      const { body } = await service.http.get(`/api/v1/chats${query}`).set(ada.auth).expect(400);
      expect(body).toMatchObject({ code: 'request.invalid' });
    },
  );

  it('answer an address that cannot be decoded like one that leads nowhere', async () => {
    const answer = await service.http.get('/api/v1/chats/%zz').set(ada.auth).expect(404);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ code: 'not_found' });
  });

  it('refuse a pin on what are not their centers', async () => {
    const chat = await open(ada, 'pins');
    const path = `/api/v1/chats/${chat.id}`;
    const { body } = await service.http.patch(path).set(ada.auth).send({ pinnedCentersId: randomUUID() }).expect(422);
    expect(body).toMatchObject({ code: 'chat.pin_not_found' });
    await service.http.patch(path).set(ada.auth).send({ pinnedCentersId: null }).expect(200);
  });

  it('answer a body that is not JSON, or too large, with a problem', async () => {
    const post = () => service.http.post('/api/v1/chats').set(ada.auth).set('Content-Type', 'application/json');
    expect((await post().send('{"title": ').expect(400)).body).toMatchObject({ code: 'request.invalid_json' });
    expect((await post().send('').expect(400)).body).toMatchObject({ status: 400 });
    const large = JSON.stringify({ title: 'x'.repeat(service.config.jsonLimitBytes) });
    expect((await post().send(large).expect(413)).body).toMatchObject({ code: 'request.too_large' });
    const xml = service.http.post('/api/v1/chats').set(ada.auth).set('Content-Type', 'application/xml').send('<a/>');
    expect((await xml.expect(415)).body).toMatchObject({ code: 'request.unsupported_type' });
  });

  it('refuse a form, which nothing here would read', async () => {
    const { id } = await open(ada, 'forms');
    for (const form of [
      service.http.post('/api/v1/chats'),
      service.http.patch(`/api/v1/chats/${id}`),
      service.http.post(`/api/v1/chats/${id}/messages`),
      service.http.post(`/api/v1/chats/${id}/runs`),
    ]) {
      const { body } = await form.set(ada.auth).field('title', 'sent by a page').expect(415);
      expect(body).toMatchObject({ code: 'request.unsupported_type' });
    }
    await service.http.post('/api/v1/nothing').set(ada.auth).field('title', 'x').expect(404);
  });

  it('refuse bytes that are not UTF-8, rather than keep other ones', async () => {
    const sent = await fetch(`${service.url}/api/v1/chats`, {
      method: 'POST',
      headers: { ...ada.auth, 'Content-Type': 'application/json' },
      body: Buffer.from('{"title":"Größe"}', 'latin1'),
    });
    expect(sent.status).toBe(400);
    expect(await sent.json()).toMatchObject({ code: 'request.invalid_json' });
  });

  it('refuse JSON that is compressed, and say so', async () => {
    const sent = await fetch(`${service.url}/api/v1/chats`, {
      method: 'POST',
      headers: { ...ada.auth, 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' },
      body: gzipSync('{"title":"small"}'),
    });
    expect(sent.status).toBe(415);
    expect(await sent.json()).toMatchObject({ code: 'request.unsupported_encoding' });
  });

  it.each([{}, { title: null }, { title: 7 }, { title: ['x'] }])('want a title that is text: %j', async (body) => {
    const answer = await service.http.post('/api/v1/chats').set(ada.auth).send(body).expect(400);
    expect(answer.body).toMatchObject({ errors: [{ path: 'title', message: expect.stringMatching(/^must be text/) }] });
  });
});

if (process.env.TEST_DATABASE_URL !== undefined) {
  describe('chats, where the database restarts', () => {
    it('are listed again', async () => {
      const service = await startApp();
      const user = await signUp(service);
      const list = () => service.http.get('/api/v1/chats').set(user.auth);
      await list().expect(200);
      for (let times = 0; times < 3; times++) {
        await service.app.get(DataSource).query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND pid <> pg_backend_pid()`,
        );
        // Within moments, though the connections that were cut are noticed one after the other.
        const statuses = new Set<number>();
        for (let tries = 0; tries < 100; tries++) {
          const { status } = await list();
          statuses.add(status);
          if (status === 200) break;
          await sleep(50);
        }
        expect(statuses).toContain(200);
        expect(statuses).not.toContain(500);
      }
      await service.close();
    });
  });
}

describe('a request without a credential', () => {
  let service: TestApp;
  beforeAll(async () => {
    service = await startApp();
  });
  afterAll(() => service.close());

  it('is refused before anything else about it is looked at', async () => {
    const attempts = [
      service.http.get('/api/v1/chats'),
      service.http.post('/api/v1/chats').set('Content-Type', 'application/json').send('{"broken'),
      service.http.get('/api/v1/chats/no-uuid'),
      service.http.post('/api/v1/chats').set('Content-Type', 'application/xml').send('<a/>'),
      service.http.get('/api/v1/chats').set('Authorization', 'Bearer not.a.token'),
    ];
    for (const attempt of attempts) {
      const answer = await attempt.expect(401);
      expect(answer.headers['www-authenticate']).toBe('Bearer');
      expect(answer.body).toMatchObject({ status: 401 });
    }
  });
});
