import { randomUUID } from 'node:crypto';
import type { TestApp } from '../support/app.js';

export const PASSWORD = 'correct horse battery staple';

/** Somebody signed in. */
export interface TestUser {
  id: string;
  username: string;
  token: string;
  /** `Authorization` of their requests. */
  auth: { Authorization: string };
}

/** Registers somebody new and signs them in. */
export async function signUp({ http }: Pick<TestApp, 'http'>): Promise<TestUser> {
  const username = `user-${randomUUID().slice(0, 13)}`;
  const { body } = (await http.post('/api/v1/auth/register').send({ username, password: PASSWORD }).expect(201)) as {
    body: { accessToken: string; user: { id: string } };
  };
  return {
    id: body.user.id,
    username,
    token: body.accessToken,
    auth: { Authorization: `Bearer ${body.accessToken}` },
  };
}
