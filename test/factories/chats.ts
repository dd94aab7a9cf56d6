import type { TestApp } from '../support/app.js';
import type { TestUser } from './users.js';

/** Opens a chat and tells its id. */
export async function openChat({ http }: Pick<TestApp, 'http'>, user: TestUser, title = 'Flowers'): Promise<string> {
  const answer = await http.post('/api/v1/chats').set(user.auth).send({ title }).expect(201);
  return (answer.body as { id: string }).id;
}
