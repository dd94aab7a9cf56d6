import assert from 'node:assert/strict';
import type { Visit } from '../browser.ts';
import { signUp } from './people.ts';

/** Two tabs of one browser: neither throws the other out, what one changes the other sees, both leave together. */
export async function tabs(visit: Visit): Promise<void> {
  const one = await visit.open();
  await signUp(visit, one);
  const two = await visit.tab(one);
  await two.goto(visit.url);
  await two.getByRole('heading', { name: 'What belongs together here?' }).waitFor();

  // All refresh at once, again and again: a spent refresh token would end the session.
  const three = await visit.tab(one);
  const refused: number[] = [];
  for (const page of [one, two, three]) {
    page.on('response', (response) => {
      if (response.url().endsWith('/auth/refresh') && !response.ok()) refused.push(response.status());
    });
  }
  for (let i = 0; i < 4; i++) {
    await Promise.all([one, two, three].map((page) => page.goto(visit.url)));
    await Promise.all(
      [one, two, three].map((page) => page.getByRole('heading', { name: 'What belongs together here?' }).waitFor()),
    );
  }
  assert.deepEqual(refused, []);

  // A chat that is made here, and deleted there.
  await one.getByRole('button', { name: /Wine/ }).click();
  await one.getByRole('region', { name: 'Table wine.csv' }).waitFor();
  const address = one.url();
  await two.goto(address);
  await two.getByRole('region', { name: 'Table wine.csv' }).waitFor();
  await two.getByRole('main').getByRole('button', { name: 'More about wine' }).click();
  await two.getByRole('menuitem', { name: 'Delete' }).click();
  await two.getByRole('button', { name: 'Delete the chat' }).click();
  await two.getByText('No chats yet').waitFor();
  await one.getByLabel('Note', { exact: true }).fill('Is it still there?');
  await one.getByRole('button', { name: 'Send' }).click();
  await one.getByRole('heading', { name: 'There is nothing here' }).waitFor();
  await visit.look(one, 'deleted elsewhere');
  assert.equal(one.url(), address);

  await two.getByRole('button', { name: 'Sign out' }).click();
  for (const page of [one, two, three]) await page.getByRole('heading', { name: 'Sign in' }).waitFor();
}
