import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { DataSource } from 'typeorm';
import { PASSWORD, signUp, type TestUser } from '../factories/users.js';
import { startApp, type TestApp } from '../support/app.js';

// Each command is a process of its own that opens the database.
jest.setTimeout(120_000);

const ADMIN = resolve(import.meta.dirname, '../../dist/src/admin.js');

interface Outcome {
  code: number | null;
  out: string;
  err: string;
}

describe('npm run admin', () => {
  let first: TestApp;
  let ada: TestUser;
  let env: NodeJS.ProcessEnv;
  beforeAll(async () => {
    first = await startApp();
    ada = await signUp(first);
    const { dataDir, databaseUrl, secretKey } = first.config;
    env = { DATA_DIR: dataDir, DATABASE_URL: databaseUrl ?? '', SECRET_KEY: secretKey };
    // The embedded database is for one process at a time.
    await first.app.close();
  });
  afterAll(() => first.close());

  const admin = (...words: string[]): Promise<Outcome> =>
    new Promise((done, fail) => {
      const child = spawn(process.execPath, [ADMIN, ...words], {
        env: { PATH: process.env.PATH, PASSWORD_COST: '10', ...env },
        // Where no .env lies.
        cwd: first.config.dataDir,
      });
      const outcome: Outcome = { code: null, out: '', err: '' };
      child.stdout.on('data', (text: Buffer) => (outcome.out += text.toString()));
      child.stderr.on('data', (text: Buffer) => (outcome.err += text.toString()));
      child.on('error', fail);
      child.on('close', (code) => {
        done({ ...outcome, code });
      });
    });
  const serve = async (task: (service: TestApp) => Promise<void>): Promise<void> => {
    const service = await startApp(env);
    await task(service).finally(() => service.close());
  };
  const login = ({ http }: TestApp, password: string) =>
    http.post('/api/v1/auth/login').send({ username: ada.username, password });
  const events = async ({ app }: TestApp): Promise<string[]> => {
    const rows = await app
      .get(DataSource)
      .query<{ event: string }[]>(
        'SELECT event FROM audit_events WHERE user_id = $1 AND request_id IS NULL ORDER BY id',
        [ada.id],
      );
    return rows.map(({ event }) => event);
  };

  it('lists accounts and sessions', async () => {
    const users = await admin('users');
    expect(users).toMatchObject({ code: 0, err: '' });
    const [head, row, ...rest] = users.out.trimEnd().split('\n');
    expect(head).toMatch(/^NAME +OPENED +DISABLED +ID$/);
    expect(row).toContain(ada.username);
    expect(row).toContain(ada.id);
    expect(rest).toEqual([]);
    const sessions = await admin('sessions', ada.username.toUpperCase());
    expect(sessions.out).toMatch(/127\.0\.0\.1/);
    expect(sessions.out.trimEnd().split('\n')).toHaveLength(2);
  });

  it('gives a new password and ends every session', async () => {
    const { code, out } = await admin('reset-password', ada.username);
    expect(code).toBe(0);
    const password = /^ {2}([\w-]{16})$/m.exec(out)![1];
    await serve(async (service) => {
      await service.http.get('/api/v1/users/me').set(ada.auth).expect(401);
      await login(service, PASSWORD).expect(401);
      await login(service, password).expect(200);
      expect(await events(service)).toEqual(['password.reset']);
      const put = { currentPassword: password, newPassword: PASSWORD };
      const { body } = await login(service, password).expect(200);
      const auth = { Authorization: `Bearer ${(body as { accessToken: string }).accessToken}` };
      await service.http.put('/api/v1/users/me/password').set(auth).send(put).expect(204);
    });
  });

  it('disables an account and enables it again', async () => {
    expect((await admin('disable', ada.username)).code).toBe(0);
    await serve(async (service) => {
      const answer = await login(service, PASSWORD).expect(403);
      expect(answer.body).toMatchObject({ code: 'auth.account_disabled' });
      // Who does not know the password does not learn of it.
      await login(service, 'wrong horse battery').expect(401);
    });
    expect((await admin('enable', ada.username)).code).toBe(0);
    await serve(async (service) => {
      await login(service, PASSWORD).expect(200);
      expect(await events(service)).toEqual(['password.reset', 'account.disabled', 'account.enabled']);
    });
  });

  it('says what is wrong', async () => {
    expect(await admin('disable', 'nobody')).toEqual({ code: 1, out: '', err: 'Nobody is called "nobody".\n' });
    for (const words of [
      [],
      ['sessions'],
      ['users', 'ada'],
      ['delete', 'ada'],
      ['disable', 'a', 'b'],
      ['constructor'],
    ]) {
      const { code, out, err } = await admin(...words);
      expect([code, out]).toEqual([2, '']);
      expect(err).toMatch(/^npm run admin -- COMMAND/);
    }
  });
});
