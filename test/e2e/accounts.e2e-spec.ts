import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hash } from 'bcryptjs';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { PASSWORD, signUp } from '../factories/users.js';
import { startApp, type TestApp } from '../support/app.js';

interface SignedIn {
  accessToken: string;
  expiresIn: number;
  user: { id: string; username: string };
}

describe('accounts', () => {
  let service: TestApp;
  let database: DataSource;
  beforeAll(async () => {
    service = await startApp();
    database = service.app.get(DataSource);
  });
  afterAll(() => service.close());

  const newName = (): string => `u-${randomUUID().slice(0, 13)}`;
  const post = (path: string, body: object) => service.http.post(`/api/v1/auth/${path}`).send(body);
  const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
  const login = async (username: string, password = PASSWORD): Promise<SignedIn> =>
    (await post('login', { username, password }).expect(200)).body as SignedIn;
  const me = (token: string) => service.http.get('/api/v1/users/me').set(bearer(token));
  const count = async (table: string, where: string, value: string): Promise<number> => {
    const rows = await database.query<{ n: number }[]>(`SELECT count(*)::int AS n FROM ${table} WHERE ${where}`, [
      value,
    ]);
    return rows[0].n;
  };

  describe('registration', () => {
    it('opens an account and signs in', async () => {
      const username = newName();
      const answer = await post('register', { username, password: PASSWORD, fullName: 'Ada Lovelace' }).expect(201);
      const { accessToken } = answer.body as SignedIn;
      expect(answer.body).toEqual({
        accessToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) as unknown,
        tokenType: 'Bearer',
        expiresIn: 1800,
        user: {
          id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/) as unknown,
          username,
          fullName: 'Ada Lovelace',
          createdAt: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
        },
      });
      expect(answer.headers['cache-control']).toBe('no-store');
      expect((await me(accessToken).expect(200)).body).toEqual((answer.body as SignedIn).user);
    });

    it('hands the refresh token to the browser alone', async () => {
      const answer = await post('register', { username: newName(), password: PASSWORD }).expect(201);
      expect(answer.headers['set-cookie']).toEqual([
        expect.stringMatching(
          /^refresh_token=[\w-]{43}; Max-Age=604800; Path=\/api\/v1\/auth; HttpOnly; SameSite=Strict$/,
        ),
      ]);
    });

    it.each([
      ['a short name', { username: 'ab' }, 'username'],
      ['a long name', { username: 'a'.repeat(51) }, 'username'],
      ['a name with a blank', { username: 'ada lovelace' }, 'username'],
      ['a name with a letter beyond ASCII', { username: 'adä-lovelace' }, 'username'],
      ['a name that ends in a line feed', { username: 'ada\n' }, 'username'],
      ['no name', { username: undefined }, 'username'],
      ['a number for a name', { username: 12345 }, 'username'],
      ['a list for a name', { username: ['ada'] }, 'username'],
      ['no password', { password: undefined }, 'password'],
      ['an object for a password', { password: { $ne: '' } }, 'password'],
      ['a short password', { password: 'x8#kQ2z' }, 'password', 'password.too_short'],
      ['a password of 73 bytes', { password: 'é'.repeat(36) + '!' }, 'password', 'password.too_long'],
      ['a password of a million bytes', { password: 'x'.repeat(1_000_000) }, 'password'],
      ['a common password', { password: 'Password1' }, 'password', 'password.too_common'],
      ['a full name with a NUL', { fullName: 'Ada\0' }, 'fullName'],
      ['an endless full name', { fullName: 'a'.repeat(201) }, 'fullName'],
      ['an id', { id: randomUUID() }, 'id'],
      ['a hash', { passwordHash: 'x' }, 'passwordHash'],
      ['a role', { isAdmin: true }, 'isAdmin'],
    ])('refuses %s', async (_, change: object, path: string, code = 'request.invalid') => {
      const username = newName();
      const answer = await post('register', { username, password: PASSWORD, ...change }).expect(400);
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
      expect(answer.body).toMatchObject({ status: 400, code });
      expect((answer.body as { errors: { path: string }[] }).errors[0].path).toBe(path);
      expect(await count('users', 'username = $1', username)).toBe(0);
    });

    it('refuses a name that is taken, whatever its case', async () => {
      const { username } = await signUp(service);
      const answer = await post('register', { username: username.toUpperCase(), password: PASSWORD }).expect(409);
      expect(answer.body).toMatchObject({ code: 'user.username_taken' });
    });

    it('gives a name to one of those who ask for it at once', async () => {
      const username = newName();
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, i) =>
          post('register', { username: i % 2 ? username : username.toUpperCase(), password: PASSWORD }),
        ),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(7).fill(409)]);
      expect(await count('users', 'lower(username) = $1', username)).toBe(1);
    });
  });

  describe('sign-in', () => {
    it('takes the name in any case', async () => {
      const { id, username } = await signUp(service);
      const { user, accessToken } = await login(username.toUpperCase());
      expect(user).toMatchObject({ id, username });
      await me(accessToken).expect(200);
    });

    it('answers alike whether the name or the password is wrong', async () => {
      const { username } = await signUp(service);
      const wrong = [
        { username, password: 'wrong horse battery' },
        { username, password: `${PASSWORD} ` },
        { username, password: 'é'.repeat(100) },
        { username: newName(), password: PASSWORD },
        { username: 'not a name\0', password: PASSWORD },
      ];
      const answers = await Promise.all(wrong.map((body) => post('login', body)));
      for (const { status, headers, body } of answers) {
        expect([status, headers['www-authenticate'], headers['set-cookie']]).toEqual([401, 'Bearer', undefined]);
        expect(body).toEqual(answers[0].body);
      }
      expect(answers[0].body).toMatchObject({ code: 'auth.wrong_credentials' });
    });

    it('hashes the password anew when the cost has been raised since', async () => {
      const { id, username } = await signUp(service);
      await database.query('UPDATE users SET password_hash = $2 WHERE id = $1', [id, await hash(PASSWORD, 4)]);
      await Promise.all([login(username), login(username), login(username)]);
      const [{ stored }] = await database.query<{ stored: string }[]>(
        'SELECT password_hash AS stored FROM users WHERE id = $1',
        [id],
      );
      expect(stored).toMatch(/^\$2b\$10\$/);
      await login(username);
    });
  });

  describe('my account', () => {
    it('is renamed', async () => {
      const { token, username } = await signUp(service);
      const patch = (body: object) => service.http.patch('/api/v1/users/me').set(bearer(token)).send(body);
      const next = newName();
      expect((await patch({ username: next, fullName: 'Countess' }).expect(200)).body).toMatchObject({
        username: next,
        fullName: 'Countess',
      });
      expect((await patch({ fullName: null }).expect(200)).body).toMatchObject({ username: next, fullName: null });
      expect((await patch({}).expect(200)).body).toMatchObject({ username: next });
      expect((await patch({ username: next.toUpperCase() }).expect(200)).body).toMatchObject({
        username: next.toUpperCase(),
      });
      await post('login', { username, password: PASSWORD }).expect(401);
      await login(next);
    });

    it('refuses a name that is taken and fields that are not to be set', async () => {
      const [ada, bob] = [await signUp(service), await signUp(service)];
      const patch = (body: object) => service.http.patch('/api/v1/users/me').set(ada.auth).send(body);
      await patch({ username: bob.username.toUpperCase() }).expect(409);
      for (const field of ['id', 'passwordHash', 'disabledAt', 'createdAt']) {
        const answer = await patch({ [field]: randomUUID() }).expect(400);
        expect(answer.body).toMatchObject({ errors: [{ path: field }] });
      }
      await patch({ username: null }).expect(400);
      expect((await me(ada.token).expect(200)).body).toMatchObject({ id: ada.id, username: ada.username });
    });

    it('takes a new password, which ends every other session', async () => {
      const { token, username, auth } = await signUp(service);
      const other = await login(username);
      const put = (body: object) => service.http.put('/api/v1/users/me/password').set(auth).send(body);
      const newPassword = 'staple battery horse correct';
      expect((await put({ currentPassword: 'wrong horse battery', newPassword }).expect(403)).body).toMatchObject({
        code: 'user.wrong_password',
      });
      expect((await put({ currentPassword: PASSWORD, newPassword: 'password' }).expect(400)).body).toMatchObject({
        code: 'password.too_common',
        errors: [{ path: 'newPassword' }],
      });
      await me(other.accessToken).expect(200);
      await put({ currentPassword: PASSWORD, newPassword }).expect(204);
      await me(token).expect(200);
      await me(other.accessToken).expect(401);
      await post('login', { username, password: PASSWORD }).expect(401);
      await login(username, newPassword);
    });

    it('lets nobody in with the old password while it is being changed', async () => {
      const { username, auth } = await signUp(service);
      const newPassword = 'staple battery horse correct';
      const [, ...logins] = await Promise.all([
        service.http.put('/api/v1/users/me/password').set(auth).send({ currentPassword: PASSWORD, newPassword }),
        ...Array.from({ length: 6 }, () => post('login', { username, password: PASSWORD })),
      ]);
      for (const { status, body } of logins) {
        if (status === 200) await me((body as SignedIn).accessToken).expect(401);
        else expect(status).toBe(401);
      }
    });

    it('shows its sessions and ends one of them', async () => {
      const { token, username, auth } = await signUp(service);
      const browser = await service.http
        .post('/api/v1/auth/login')
        .set('User-Agent', 'Browser/1.0')
        .send({ username, password: PASSWORD })
        .expect(200);
      const list = () => service.http.get('/api/v1/users/me/sessions').set(auth).expect(200);
      const { items, nextCursor } = (await list()).body as { items: { id: string }[]; nextCursor: null };
      expect(nextCursor).toBeNull();
      expect(items).toEqual([
        expect.objectContaining({ current: false, userAgent: 'Browser/1.0', address: '127.0.0.1' }),
        expect.objectContaining({ current: true }),
      ]);
      const stranger = await signUp(service);
      const path = `/api/v1/users/me/sessions/${items[0].id}`;
      await service.http.delete(path).set(stranger.auth).expect(404);
      await service.http.delete('/api/v1/users/me/sessions/none').set(auth).expect(404);
      await service.http.delete(path).set(auth).expect(204);
      await service.http.delete(path).set(auth).expect(404);
      await me((browser.body as SignedIn).accessToken).expect(401);
      await me(token).expect(200);
      expect(((await list()).body as { items: unknown[] }).items).toHaveLength(1);
    });

    it('is deleted with everything in it, for the right password', async () => {
      const { id, token, username, auth } = await signUp(service);
      const chat = await service.http.post('/api/v1/chats').set(auth).send({ title: 'Irises' }).expect(201);
      const remove = (body: object) => service.http.delete('/api/v1/users/me').set(auth).send(body);
      await remove({}).expect(400);
      await remove({ password: 'wrong horse battery' }).expect(403);
      await me(token).expect(200);
      await remove({ password: PASSWORD }).expect(204);
      await me(token).expect(401);
      await post('login', { username, password: PASSWORD }).expect(401);
      for (const table of ['sessions', 'refresh_tokens', 'chats'])
        expect(await count(table, 'user_id = $1', id)).toBe(0);
      await post('register', { username, password: PASSWORD }).expect(201);
      const stranger = await signUp(service);
      const { id: chatId } = chat.body as { id: string };
      await service.http.get(`/api/v1/chats/${chatId}`).set(stranger.auth).expect(404);
    });
  });
});
