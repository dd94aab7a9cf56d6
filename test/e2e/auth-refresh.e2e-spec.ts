import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import type { Response } from 'supertest';
import { DataSource } from 'typeorm';
import { PASSWORD, signUp } from '../factories/users.js';
import { startApp, type TestApp } from '../support/app.js';
import { refreshTokenOf } from '../support/cookies.js';

interface Device {
  accessToken: string;
  refreshToken: string;
}

describe('sessions', () => {
  let service: TestApp;
  let database: DataSource;
  beforeAll(async () => {
    service = await startApp({ VITE_API_URL: 'https://web.example/app' });
    database = service.app.get(DataSource);
  });
  afterAll(() => service.close());

  const device = (answer: Response): Device => ({
    accessToken: (answer.body as { accessToken: string }).accessToken,
    refreshToken: refreshTokenOf(answer)!,
  });
  const open = async (): Promise<Device & { username: string; userId: string }> => {
    const { username, id } = await signUp(service);
    const answer = await service.http.post('/api/v1/auth/login').send({ username, password: PASSWORD }).expect(200);
    return { ...device(answer), username, userId: id };
  };
  const refresh = (token: string, headers: Record<string, string> = {}) =>
    service.http
      .post('/api/v1/auth/refresh')
      .set({ Cookie: `refresh_token=${token}`, ...headers })
      .send({});
  const logout = (headers: Record<string, string>) => service.http.post('/api/v1/auth/logout').set(headers).send({});
  const expectAlive = (token: string, alive = true) =>
    service.http
      .get('/api/v1/users/me')
      .set('Authorization', `Bearer ${token}`)
      .expect(alive ? 200 : 401);
  const sha256 = (token: string): Buffer => createHash('sha256').update(token).digest();
  /** As if the token had been spent so many seconds earlier. */
  const age = (token: string, seconds: number) =>
    database.query('UPDATE refresh_tokens SET spent_at = spent_at - make_interval(secs => $2) WHERE hash = $1', [
      sha256(token),
      seconds,
    ]);

  describe('refresh', () => {
    it('spends the token for a new pair', async () => {
      const first = await open();
      const answer = await refresh(first.refreshToken).expect(200);
      expect(answer.body).toMatchObject({ tokenType: 'Bearer', expiresIn: 1800, user: { username: first.username } });
      const next = device(answer);
      expect(next.refreshToken).not.toBe(first.refreshToken);
      await expectAlive(next.accessToken);
      await expectAlive(first.accessToken);
      await refresh(next.refreshToken).expect(200);
    });

    it('keeps no token, only its hash', async () => {
      const { refreshToken } = await open();
      const rows = await database.query<{ text: string }[]>('SELECT t::text AS text FROM refresh_tokens t');
      expect(rows.some(({ text }) => text.includes(sha256(refreshToken).toString('hex')))).toBe(true);
      expect(rows.some(({ text }) => text.includes(refreshToken))).toBe(false);
    });

    it.each([
      ['no cookie', undefined],
      ['an empty cookie', ''],
      ['a token that was never issued', randomBytes(32).toString('base64url')],
      ['noise', '%00%ff'],
      ['a very long one', 'x'.repeat(5000)],
    ])('is refused with %s', async (_, token) => {
      const request = service.http.post('/api/v1/auth/refresh');
      if (token !== undefined) void request.set('Cookie', `refresh_token=${token}`);
      const answer = await request.send({}).expect(401);
      expect(answer.headers['www-authenticate']).toBe('Bearer');
      expect(answer.body).toMatchObject({ code: 'auth.refresh_refused' });
      expect(refreshTokenOf(answer)).toBeUndefined();
    });

    it('takes no access token, and no refresh token is an access token', async () => {
      const { accessToken, refreshToken } = await open();
      await refresh(accessToken).expect(401);
      await expectAlive(refreshToken, false);
      await expectAlive(accessToken);
    });

    it('gives the late twin of a refresh an access token and no more', async () => {
      const first = await open();
      const next = device(await refresh(first.refreshToken).expect(200));
      const twin = await refresh(first.refreshToken).expect(200);
      expect(refreshTokenOf(twin)).toBeUndefined();
      await expectAlive((twin.body as Device).accessToken);
      await refresh(next.refreshToken).expect(200);
    });

    it('ends the session when a spent token comes back after ten seconds', async () => {
      const first = await open();
      const next = device(await refresh(first.refreshToken).expect(200));
      await age(first.refreshToken, 9);
      await refresh(first.refreshToken).expect(200);
      await age(first.refreshToken, 2);
      await refresh(first.refreshToken).expect(401);
      await refresh(next.refreshToken).expect(401);
      await expectAlive(next.accessToken, false);
      await expectAlive(first.accessToken, false);
    });

    it('ends the session when the grandparent of the living token comes back', async () => {
      const first = await open();
      const second = device(await refresh(first.refreshToken).expect(200));
      const third = device(await refresh(second.refreshToken).expect(200));
      await refresh(first.refreshToken).expect(401);
      await refresh(third.refreshToken).expect(401);
      await expectAlive(third.accessToken, false);
    });

    it('ends that session alone', async () => {
      const first = await open();
      const answer = await service.http
        .post('/api/v1/auth/login')
        .send({ username: first.username, password: PASSWORD })
        .expect(200);
      await refresh(first.refreshToken).expect(200);
      await age(first.refreshToken, 11);
      await refresh(first.refreshToken).expect(401);
      await refresh(device(answer).refreshToken).expect(200);
    });

    it('of fifty at once with one cookie keeps the session and one living token', async () => {
      const first = await open();
      const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(first.refreshToken)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(50);
      const tokens = answers.map(refreshTokenOf).filter((token) => token !== undefined);
      expect(tokens).toHaveLength(1);
      const living = await database.query<unknown[]>(
        'SELECT 1 FROM refresh_tokens WHERE user_id = $1 AND spent_at IS NULL AND hash <> ALL ($2)',
        // Besides that of the session in which the account was registered.
        [first.userId, []],
      );
      expect(living).toHaveLength(2);
      await refresh(tokens[0]).expect(200);
    });

    it('is refused once the token or the session has expired', async () => {
      const expired = await open();
      await database.query('UPDATE refresh_tokens SET expires_at = now() WHERE hash = $1', [
        sha256(expired.refreshToken),
      ]);
      await refresh(expired.refreshToken).expect(401);
      await expectAlive(expired.accessToken);

      const over = await open();
      await database.query('UPDATE sessions SET expires_at = now() WHERE user_id = $1', [over.userId]);
      await refresh(over.refreshToken).expect(401);
      await expectAlive(over.accessToken, false);
    });

    it('does not prolong a session beyond its thirty days', async () => {
      const { refreshToken, userId } = await open();
      await database.query(`UPDATE sessions SET expires_at = now() + interval '90 seconds' WHERE user_id = $1`, [
        userId,
      ]);
      const answer = await refresh(refreshToken).expect(200);
      expect((answer.body as { expiresIn: number }).expiresIn).toBeLessThanOrEqual(90);
      const [{ late }] = await database.query<{ late: number }[]>(
        `SELECT count(*)::int AS late FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id
         WHERE t.user_id = $1 AND t.parent_hash IS NOT NULL AND t.expires_at > s.expires_at`,
        [userId],
      );
      expect(late).toBe(0);
    });
  });

  describe('logout', () => {
    const cleared = (answer: Response): void => {
      expect(answer.headers['set-cookie']).toEqual([
        'refresh_token=; Max-Age=0; Path=/api/v1/auth; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Strict',
      ]);
    };

    it('by cookie ends the session and clears the cookie', async () => {
      const { accessToken, refreshToken } = await open();
      cleared(await logout({ Cookie: `refresh_token=${refreshToken}` }).expect(204));
      await expectAlive(accessToken, false);
      await refresh(refreshToken).expect(401);
    });

    it('by access token ends its session', async () => {
      const { accessToken, refreshToken } = await open();
      cleared(await logout({ Authorization: `Bearer ${accessToken}` }).expect(204));
      await expectAlive(accessToken, false);
      await refresh(refreshToken).expect(401);
    });

    it('ends one session, not those of other devices', async () => {
      const { username, accessToken } = await open();
      const other = device(
        await service.http.post('/api/v1/auth/login').send({ username, password: PASSWORD }).expect(200),
      );
      await logout({ Authorization: `Bearer ${other.accessToken}` }).expect(204);
      await expectAlive(other.accessToken, false);
      await expectAlive(accessToken);
    });

    it('of nobody is no error, however often', async () => {
      const { refreshToken } = await open();
      cleared(await logout({}).expect(204));
      cleared(await logout({ Authorization: 'Bearer nonsense', Cookie: 'refresh_token=nonsense' }).expect(204));
      for (let i = 0; i < 2; i++) await logout({ Cookie: `refresh_token=${refreshToken}` }).expect(204);
    });
  });

  describe('the cookie is of no use to pages of other origins', () => {
    it.each([
      ['another site', { Origin: 'https://evil.example' }],
      ['a sandboxed frame', { Origin: 'null' }],
      ['a cross-site request that hides its origin', { 'Sec-Fetch-Site': 'cross-site' }],
    ])('%s', async (_, headers) => {
      const { accessToken, refreshToken } = await open();
      const answer = await refresh(refreshToken, headers).expect(403);
      expect(answer.body).toMatchObject({ code: 'auth.foreign_origin' });
      await logout({ Cookie: `refresh_token=${refreshToken}`, ...headers }).expect(403);
      await expectAlive(accessToken);
      await refresh(refreshToken).expect(200);
    });

    it('but to the own, and to the one that the settings name', async () => {
      let { refreshToken } = await open();
      for (const origin of [service.url, service.config.publicUrl, 'https://web.example']) {
        refreshToken = device(await refresh(refreshToken, { Origin: origin }).expect(200)).refreshToken;
      }
    });
  });
});
