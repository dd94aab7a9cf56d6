import type { TestApp } from '../support/app.js';
import type { TestUser } from './users.js';

type Cell = number | string | boolean | null;

/** Stores rows as a data set of a chat and tells its id. */
export async function uploadRows(
  { http }: Pick<TestApp, 'http'>,
  user: TestUser,
  chatId: string,
  columns: string[],
  rows: Cell[][],
): Promise<string> {
  const answer = await http.post(`/api/v1/chats/${chatId}/datasets`).set(user.auth).send({ columns, rows }).expect(201);
  return (answer.body as { id: string }).id;
}

/** Rows without any clusters in them: training takes long to settle. The same for every call. */
export function noise(rows: number, columns: number): number[][] {
  let state = 1;
  const next = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  return Array.from({ length: rows }, () => Array.from({ length: columns }, next));
}
