import assert from 'node:assert/strict';
import type { Visit } from '../browser.ts';
import { drop } from './files.ts';
import { program, signUp } from './people.ts';

const MANY = 70;

/** The side bar as people know it: newest first, more on scroll, found, renamed, deleted; files dropped anywhere. */
export async function chats(visit: Visit): Promise<void> {
  const page = await visit.open();
  const ask = await program(visit, await signUp(visit, page));
  for (let i = 0; i < MANY; i++) await ask('chats', { title: `Chat ${i}` });
  await page.reload();
  const links = page.locator('.chat-list a');
  await page.getByRole('link', { name: `Chat ${MANY - 1}` }).waitFor();
  assert.equal(await links.first().textContent(), `Chat ${MANY - 1}`);
  await links.last().scrollIntoViewIfNeeded();
  await page.getByRole('link', { name: 'Chat 0', exact: true }).waitFor();
  assert.equal(await links.count(), MANY);

  await page.getByLabel('Search chats').fill('chat 1');
  await page.getByRole('link', { name: 'Chat 20', exact: true }).waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Chat 19', exact: true }).waitFor();
  assert.equal(await links.count(), 11, 'Chat 1 and Chat 10 to 19');
  await page.getByLabel('Search chats').fill('nothing of the kind');
  await page.getByText('No chat is called "nothing of the kind".').waitFor();
  await page.getByLabel('Search chats').fill('');

  await page.getByRole('button', { name: 'More about Chat 5', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await page.getByLabel('New title of Chat 5').and(page.locator(':focus')).waitFor();
  await page.keyboard.type('Fifth');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'Fifth' }).waitFor();

  await page.getByRole('link', { name: 'Fifth' }).click();
  await page.getByRole('heading', { name: 'Fifth' }).waitFor();
  await page.getByText('Nothing here yet.').waitFor();
  await visit.look(page, 'empty chat');
  await drop(page, [table('dropped.csv')], () => page.getByText('Drop to add it to this chat').waitFor());
  await page.getByRole('region', { name: 'Table dropped.csv' }).waitFor();

  // Several at once, and more while they are on their way: they come in that order; a bad one keeps none back.
  await drop(page, [table('first.csv'), { name: 'ragged.csv', text: 'x,y\n1,2\n3\n' }, table('second.csv')]);
  await drop(page, [table('third.csv')]);
  await page.getByRole('region', { name: 'Table third.csv' }).waitFor();
  const tables = page.getByRole('region', { name: /^Table / });
  const names = await Promise.all((await tables.all()).map((one) => one.getAttribute('aria-label')));
  assert.deepEqual(
    names,
    ['dropped', 'first', 'second', 'third'].map((name) => `Table ${name}.csv`),
  );
  await page.getByText('ragged.csv', { exact: true }).waitFor();
  await page
    .getByRole('alert')
    .getByText(/line 3/i)
    .waitFor();
  await visit.look(page, 'several files');
  assert.equal(await links.first().textContent(), 'Fifth', 'newest activity first');

  // A note keeps its lines; Shift and Enter makes one, Enter sends.
  await page.getByLabel('Note', { exact: true }).fill('first');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('second');
  await page.keyboard.press('Enter');
  await page.getByRole('log').getByText('first\nsecond').waitFor();

  await page.getByRole('main').getByRole('button', { name: 'More about Fifth' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await visit.look(page, 'delete a chat');
  await page.getByRole('button', { name: 'Keep it' }).click();
  await page.getByRole('main').getByRole('button', { name: 'More about Fifth' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete the chat' }).click();
  await page.getByRole('heading', { name: 'What belongs together here?' }).waitFor();
  await page.getByRole('link', { name: 'Fifth' }).waitFor({ state: 'detached' });
}

function table(name: string) {
  return { name, text: `x,y\n${Array.from({ length: 30 }, (_, i) => `${i},${i % 5}`).join('\n')}\n` };
}
