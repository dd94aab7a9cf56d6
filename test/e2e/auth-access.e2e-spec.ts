import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DataSource } from 'typeorm';
import { signUp, type TestUser } from '../factories/users.js';
import { startApp, type TestApp } from '../support/app.js';

describe('access', () => {
  let service: TestApp;
  let ada: TestUser;
  beforeAll(async () => {
    service = await startApp({ JSON_LIMIT_MB: '1' });
    ada = await signUp(service);
  });
  afterAll(() => service.close());

  const expectRefusal = async (path: string, init: RequestInit): Promise<void> => {
    const answer = await fetch(service.url + path, init);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await answer.json()).toMatchObject({ status: 401, code: 'auth.unauthenticated' });
  };

  describe('without a credential is refused before anything else is looked at', () => {
    const json = { 'Content-Type': 'application/json' };
    it.each<[string, string, RequestInit]>([
      ['a closed route', '/api/v1/users/me', {}],
      ['a query string', '/api/v1/chats?limit=nonsense', {}],
      ['a body that is not JSON', '/api/v1/chats', { method: 'POST', headers: json, body: '{"title":' }],
      ['an empty body', '/api/v1/chats', { method: 'POST', headers: json, body: '' }],
      ['a body that is too large', '/api/v1/chats', { method: 'POST', headers: json, body: ' '.repeat(2 ** 21) }],
      ['an unknown Content-Type', '/api/v1/chats', { method: 'POST', headers: { 'Content-Type': 'a/b' }, body: 'x' }],
      ['a field that is wrong', '/api/v1/chats', { method: 'POST', headers: json, body: '{"title":1}' }],
      ['an id that is none', '/api/v1/chats/none', {}],
      ['a path that does not exist', '/api/v1/no/such/path', {}],
      ['the root of the API', '/api', {}],
      ['a method that does not exist', '/api/v1/chats', { method: 'PUT', headers: json, body: '{' }],
      ['HEAD of a closed route, as GET', '/api/v1/users/me', { method: 'GET', headers: { Accept: 'text/html' } }],
    ])('%s', (_, path, init) => expectRefusal(path, init));
  });

  it.each([
    ['no scheme', (token: string) => token],
    ['another scheme', (token: string) => `Basic ${token}`],
    ['no token', () => 'Bearer'],
    ['an empty token', () => 'Bearer '],
    ['a token cut short', (token: string) => `Bearer ${token.slice(0, -1)}`],
    ['two tokens', (token: string) => `Bearer ${token} ${token}x`],
    ['a token within quotes', (token: string) => `Bearer "${token}"`],
    ['noise', () => 'Bearer \u00ff\u00fe'],
  ])('with %s in the header is refused', async (_, header) => {
    await expectRefusal('/api/v1/users/me', { headers: { Authorization: header(ada.token) } });
  });

  it('takes the token from the header and from nowhere else', async () => {
    await expectRefusal(`/api/v1/users/me?access_token=${ada.token}&token=${ada.token}`, {});
    await expectRefusal('/api/v1/users/me', { headers: { Cookie: `access_token=${ada.token}` } });
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
    await expectRefusal('/api/v1/chats', { method: 'POST', headers: form, body: `access_token=${ada.token}` });
  });

  it('takes the scheme in any case, as RFC 9110 has it', async () => {
    await service.http.get('/api/v1/users/me').set('Authorization', `bearer ${ada.token}`).expect(200);
  });

  it('gives each of many requests at once its own caller', async () => {
    const users = [ada, await signUp(service), await signUp(service)];
    const answers = await Promise.all(
      Array.from({ length: 60 }, async (_, i) => {
        const answer = await service.http
          .get('/api/v1/users/me')
          .set(users[i % 3].auth)
          .expect(200);
        return (answer.body as { id: string }).id;
      }),
    );
    expect(answers).toEqual(answers.map((_, i) => users[i % 3].id));
  });

  it('costs a signed-in request two queries at most, and the list that it asks for a third', async () => {
    const bob = await signUp(service);
    const queries = jest.spyOn(service.app.get(DataSource).logger, 'logQuery');
    const asked = async (): Promise<(string | undefined)[]> => {
      queries.mockClear();
      await service.http.get('/api/v1/chats').set(bob.auth).expect(200);
      return queries.mock.calls.map(([sql]) => /SELECT 1 FROM sessions|rate_limits|FROM chats/.exec(sql)?.[0]);
    };
    expect(await asked()).toEqual(['SELECT 1 FROM sessions', 'rate_limits', 'FROM chats']);
    // What was found out a moment ago is not asked again.
    expect(await asked()).toEqual(['FROM chats']);
    queries.mockRestore();
  });

  it('with a credential tells what else is wrong', async () => {
    const post = (body: string, type = 'application/json') =>
      service.http.post('/api/v1/chats').set(ada.auth).set('Content-Type', type).send(body);
    await post('{"title":').expect(400);
    await post(' '.repeat(2 ** 21)).expect(413);
    await post('<title/>', 'application/xml').expect(415);
    // What a page of another origin can send without asking is no JSON, whatever it holds.
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'text/csv']) {
      const answer = await post('{"title":"x"}', type).expect(415);
      expect(answer.body).toMatchObject({ code: 'request.unsupported_type' });
    }
    await post('').expect(400);
    await service.http.get('/api/v1/no/such/path').set(ada.auth).expect(404);
  });

  it('takes a Content-Type without a body for what it is', async () => {
    const bob = await signUp(service);
    const made = await service.http.post('/api/v1/chats').set(bob.auth).send({ title: 'x' }).expect(201);
    for (const [path, status] of [
      [`/api/v1/chats/${(made.body as { id: string }).id}`, 204],
      ['/api/v1/users/me', 400],
    ] as const) {
      const headers = { ...bob.auth, 'Content-Type': 'application/json' };
      expect((await fetch(service.url + path, { method: 'DELETE', headers })).status).toBe(status);
    }
  });

  it('is open to what is public, credential or not', async () => {
    await service.http.get('/health/live').expect(200);
    await service.http.post('/api/v1/auth/login').set('Authorization', 'Bearer x').send({}).expect(400);
    await service.http.get('/openapi.json').expect(200);
  });
});
