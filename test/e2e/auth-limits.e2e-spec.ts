import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Response } from 'supertest';
import { DataSource } from 'typeorm';
import { PasswordService } from '../../src/users/auth/password.service.js';
import { PASSWORD, signUp } from '../factories/users.js';
import { startApp, type TestApp } from '../support/app.js';

// Hundreds of passwords are hashed here, which on a busy machine takes a while.
jest.setTimeout(120_000);

const newName = (): string => `u-${randomUUID().slice(0, 13)}`;
const from = (address: string) => ({ 'X-Forwarded-For': address });
const statuses = (answers: Response[]): Record<number, number> =>
  Object.fromEntries([...Map.groupBy(answers, ({ status }) => status)].map(([status, { length }]) => [status, length]));

function expectLimit(answer: Response, code: string, seconds: number): void {
  expect(answer.status).toBe(429);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(answer.body).toMatchObject({ status: 429, code });
  const wait = Number(answer.headers['retry-after']);
  expect(wait).toBeGreaterThan(seconds - 30);
  expect(wait).toBeLessThanOrEqual(seconds);
}

describe('limits', () => {
  let service: TestApp;
  beforeAll(async () => {
    service = await startApp({ LOGIN_FAILURES: '10', ACCOUNT_FAILURES: '25', TRUSTED_PROXIES: '127.0.0.1' });
  });
  afterAll(() => service.close());

  const login = (username: string, password: string, address = '192.0.2.1') =>
    service.http.post('/api/v1/auth/login').set(from(address)).send({ username, password });
  /** As if all windows had begun so much earlier. */
  const wait = (seconds: number) =>
    service.app
      .get(DataSource)
      .query('UPDATE rate_limits SET resets_at = resets_at - make_interval(secs => $1)', [seconds]);

  describe('on wrong passwords', () => {
    it.each([
      ['an account', async () => (await signUp(service)).username],
      ['a name that nobody has', () => Promise.resolve(newName())],
    ])('for %s: of 200 at once ten are looked at', async (_, make) => {
      const username = await make();
      const looks = jest.spyOn(service.app.get(PasswordService), 'matches');
      const answers = await Promise.all(
        Array.from({ length: 200 }, (_, i) => login(i % 2 ? username : username.toUpperCase(), 'wrong horse battery')),
      );
      expect(statuses(answers)).toEqual({ 401: 10, 429: 190 });
      expect(looks).toHaveBeenCalledTimes(10);
      looks.mockRestore();
      expectLimit(
        answers.find(({ status }) => status === 429)!,
        'limit.login_failures',
        900,
      );
    });

    it('hold for the right one too, until the window is over', async () => {
      const { username } = await signUp(service);
      for (let i = 0; i < 10; i++) await login(username, 'wrong horse battery').expect(401);
      await login(username, PASSWORD).expect(429);
      await wait(890);
      await login(username, PASSWORD).expect(429);
      await wait(10);
      await login(username, PASSWORD).expect(200);
    });

    it('begin anew with the right one', async () => {
      const { username } = await signUp(service);
      for (let round = 0; round < 2; round++) {
        for (let i = 0; i < 9; i++) await login(username, 'wrong horse battery').expect(401);
        await login(username, PASSWORD).expect(200);
      }
    });

    it('do not lock the account for other addresses, until there are too many of them', async () => {
      const { username } = await signUp(service);
      const guess = (address: string) => login(username, 'wrong horse battery', address);
      for (const address of ['192.0.2.1', '192.0.2.2']) {
        for (let i = 0; i < 10; i++) await guess(address).expect(401);
        await guess(address).expect(429);
      }
      await login(username, PASSWORD, '192.0.2.3').expect(200);
      for (let i = 0; i < 5; i++) await guess('192.0.2.3').expect(401);
      expectLimit(await login(username, PASSWORD, '192.0.2.4'), 'limit.account_failures', 900);
    });

    it('take the addresses of one IPv6 network for one', async () => {
      const { username } = await signUp(service);
      for (let i = 0; i < 10; i++) await login(username, 'wrong horse battery', `2001:db8::${i}`).expect(401);
      await login(username, 'wrong horse battery', '2001:db8::ffff').expect(429);
      await login(username, 'wrong horse battery', '2001:db8:0:1::1').expect(401);
    });

    it('count where the password is asked for again', async () => {
      const { auth } = await signUp(service);
      const guess = (i: number) =>
        i % 2
          ? service.http.delete('/api/v1/users/me').set(auth).send({ password: 'wrong horse battery' })
          : service.http
              .put('/api/v1/users/me/password')
              .set(auth)
              .send({ currentPassword: 'wrong horse battery', newPassword: 'staple battery horse' });
      const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => guess(i)));
      expect(statuses(answers)).toEqual({ 403: 10, 429: 10 });
    });
  });

  it('keep no names and no addresses', async () => {
    const username = newName();
    await login(username, 'wrong horse battery', '203.0.113.77').expect(401);
    const rows = await service.app
      .get(DataSource)
      .query<{ text: string }[]>('SELECT r::text AS text FROM rate_limits r');
    expect(rows.length).toBeGreaterThan(0);
    for (const { text } of rows) expect(text).toMatch(/^\("?\\+x[0-9a-f]{64}"?,\d+,"[^"]+"\)$/);
  });
});

describe('limits of a service without proxies', () => {
  let service: TestApp;
  beforeAll(async () => {
    service = await startApp({ LOGIN_FAILURES: '3', REGISTRATIONS_PER_HOUR: '4', REQUESTS_PER_MINUTE: '20' });
  });
  afterAll(() => service.close());

  it('are not to be dodged by X-Forwarded-For', async () => {
    const username = newName();
    const answers: Response[] = [];
    for (let i = 0; i < 6; i++) {
      const request = service.http.post('/api/v1/auth/login').set(from(`192.0.2.${i}`));
      answers.push(await request.send({ username, password: 'wrong horse battery' }));
    }
    expect(statuses(answers)).toEqual({ 401: 3, 429: 3 });
  });

  it('hold for the requests of a user, each on their own', async () => {
    const [ada, bob] = [await signUp(service), await signUp(service)];
    const get = (user: typeof ada) => service.http.get('/api/v1/users/me').set(user.auth);
    const answers = await Promise.all(Array.from({ length: 40 }, () => get(ada)));
    expect(statuses(answers)).toEqual({ 200: 20, 429: 20 });
    expectLimit(
      answers.find(({ status }) => status === 429)!,
      'limit.requests',
      60,
    );
    await get(bob).expect(200);
    await service.http
      .post('/api/v1/chats')
      .set(ada.auth)
      .set('Content-Type', 'application/json')
      .send('{')
      .expect(429);
    // Whoever is nobody is told so, whatever else.
    await service.http.get('/api/v1/users/me').expect(401);
  });

  it('hold for new accounts from one address, whatever becomes of them', async () => {
    const register = (username: string) =>
      service.http.post('/api/v1/auth/register').send({ username, password: PASSWORD });
    const taken = newName();
    await register(taken).expect(201);
    await service.http.post('/api/v1/auth/register').send({ username: newName(), password: 'short' }).expect(400);
    await register(taken).expect(409);
    expectLimit(await register(newName()), 'limit.registrations', 3600);
  });
});

describe('a service that is closed to new accounts', () => {
  it('says so, and keeps the old ones', async () => {
    const service = await startApp({ REGISTRATION: 'closed' });
    try {
      const answer = await service.http
        .post('/api/v1/auth/register')
        .send({ username: newName(), password: PASSWORD })
        .expect(403);
      expect(answer.body).toMatchObject({ code: 'auth.registration_closed' });
      const rows = await service.app.get(DataSource).query<unknown[]>('SELECT 1 FROM users');
      expect(rows).toHaveLength(0);
    } finally {
      await service.close();
    }
  });
});
