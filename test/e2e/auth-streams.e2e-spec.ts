import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { JobQueue } from '../../src/database/queue/job-queue.js';
import { RUN_QUEUE } from '../../src/training/training.queue.js';
import { PASSWORD, signUp, type TestUser } from '../factories/users.js';
import { startApp, type TestApp } from '../support/app.js';

describe('an event stream ends within five seconds of its credential:', () => {
  let service: TestApp;
  beforeAll(async () => {
    service = await startApp();
    // Nobody works on the runs, so no stream ends because its run does.
    await service.app.get(JobQueue).rest(RUN_QUEUE);
  });
  afterAll(() => service.close());

  const follow = async (user: TestUser, token: string): Promise<() => Promise<number>> => {
    const post = async (path: string, body: object): Promise<string> => {
      const answer = await service.http.post(`/api/v1/${path}`).set(user.auth).send(body);
      expect(answer.status).toBeLessThan(300);
      return (answer.body as { id: string }).id;
    };
    const chatId = await post('chats', { title: 'Irises' });
    const rows = Array.from({ length: 30 }, (_, i) => [i]);
    const datasetId = await post(`chats/${chatId}/datasets`, { columns: ['x'], rows });
    const runId = await post(`chats/${chatId}/runs`, { datasetId, k: 2 });
    const answer = await fetch(`${service.url}/api/v1/runs/${runId}/events`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const reader = answer.body!.getReader();
    await reader.read();
    return async () => {
      const start = performance.now();
      while (!(await reader.read()).done);
      return performance.now() - start;
    };
  };
  const logIn = async ({ username }: TestUser): Promise<string> => {
    const answer = await service.http.post('/api/v1/auth/login').send({ username, password: PASSWORD }).expect(200);
    return (answer.body as { accessToken: string }).accessToken;
  };
  const disable = ({ id }: TestUser) =>
    service.app.get(DataSource).query('UPDATE users SET disabled_at = now() WHERE id = $1', [id]);

  it.each<[string, (user: TestUser, token: string) => PromiseLike<unknown>]>([
    [
      'logout',
      (_, token) =>
        service.http.post('/api/v1/auth/logout').set('Authorization', `Bearer ${token}`).send({}).expect(204),
    ],
    [
      'a changed password',
      ({ auth }) =>
        service.http
          .put('/api/v1/users/me/password')
          .set(auth)
          .send({ currentPassword: PASSWORD, newPassword: `${PASSWORD}!` })
          .expect(204),
    ],
    ['a deleted user', ({ auth }) => service.http.delete('/api/v1/users/me').set(auth).send({ password: PASSWORD })],
    ['a disabled user', disable],
  ])('%s', async (_, end) => {
    const user = await signUp(service);
    const token = await logIn(user);
    const wait = await follow(user, token);
    await end(user, token);
    expect(await wait()).toBeLessThan(5000);
  });

  it('a revoked key, while the stream of the session goes on', async () => {
    const user = await signUp(service);
    const made = await service.http.post('/api/v1/users/me/api-keys').set(user.auth).send({ name: 'x' }).expect(201);
    const { id, key } = made.body as { id: string; key: string };
    const [byKey, bySession] = [await follow(user, key), await follow(user, user.token)];
    await service.http.delete(`/api/v1/users/me/api-keys/${id}`).set(user.auth).expect(204);
    expect(await byKey()).toBeLessThan(5000);
    const other = bySession();
    expect(await Promise.race([other, new Promise((resolve) => setTimeout(resolve, 3000, 'open'))])).toBe('open');
    await disable(user);
    expect(await other).toBeLessThan(9000);
  });
});
