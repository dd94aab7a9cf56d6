import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { startApp, type TestApp } from '../support/app.js';
import { refreshTokenOf } from '../support/cookies.js';

describe('logs', () => {
  let service: TestApp;
  let logged = '';
  beforeAll(async () => {
    const keep = (text: string | Uint8Array): boolean => {
      logged += typeof text === 'string' ? text : Buffer.from(text).toString();
      return true;
    };
    jest.spyOn(process.stdout, 'write').mockImplementation(keep);
    jest.spyOn(process.stderr, 'write').mockImplementation(keep);
    service = await startApp();
    service.app.useLogger(['verbose', 'debug', 'log', 'warn', 'error', 'fatal']);
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await service.close();
  });

  it('hold no password, token, key or cookie, also when the service fails', async () => {
    const { http } = service;
    const secret = (): string => randomBytes(12).toString('base64url');
    const [username, password, wrong, next] = [`u-${randomUUID().slice(0, 13)}`, secret(), secret(), secret()];
    const secrets = [password, wrong, next, service.config.secretKey];
    const register = await http.post('/api/v1/auth/register').send({ username, password }).expect(201);
    const { accessToken } = register.body as { accessToken: string };
    const auth = { Authorization: `Bearer ${accessToken}` };
    const cookie = { Cookie: `refresh_token=${refreshTokenOf(register)!}` };
    const made = await http.post('/api/v1/users/me/api-keys').set(auth).send({ name: 'x' }).expect(201);
    const { key } = made.body as { key: string };
    secrets.push(accessToken, refreshTokenOf(register)!, key);
    const calls = [
      () => http.post('/api/v1/auth/login').send({ username, password: wrong }),
      () => http.post('/api/v1/auth/login').send({ username, password, [next]: 1 }),
      () => http.post('/api/v1/auth/login').set('Content-Type', 'application/json').send(`{"password":"${password}"`),
      () => http.post('/api/v1/auth/register').send({ username, password }),
      () => http.put('/api/v1/users/me/password').set(auth).send({ currentPassword: password, newPassword: next }),
      () => http.post('/api/v1/auth/refresh').set(cookie).send({}),
      () => http.get(`/api/v1/chats?q=${password}`).set('Authorization', `Bearer ${key}`),
      () => http.get('/api/v1/users/me').set('Authorization', `Bearer ${accessToken}x`),
      () => http.delete('/api/v1/users/me').set(auth).send({ password: wrong }),
    ];
    for (const call of calls) expect((await call()).status).toBeLessThan(500);
    // Whatever is asked of it now fails somewhere inside.
    const database = service.app.get(DataSource);
    for (const table of ['audit_events', 'refresh_tokens', 'api_keys']) {
      await database.query(`ALTER TABLE ${table} RENAME TO ${table}_gone`);
      for (const call of calls) await call();
    }
    expect(logged).toContain('QueryFailedError');
    for (const each of secrets) expect(logged).not.toContain(each);
    expect(logged).not.toMatch(/\$2[aby]\$\d\d\$/);
  });
});
