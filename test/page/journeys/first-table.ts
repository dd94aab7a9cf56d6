import assert from 'node:assert/strict';
import type { Look, Visit } from '../browser.ts';
import { signUp } from './people.ts';

/** From the address that `npm start` prints to a prediction, as somebody who has never been here. */
export async function firstTable(visit: Visit, look: Look): Promise<void> {
  const page = await visit.open(look);
  const tag = String(look.width);
  await page.goto(visit.url);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await visit.look(page, `sign-in ${tag}`);
  await signUp(visit, page);
  await visit.look(page, `welcome ${tag}`);

  // A table, and what it holds.
  await page.getByRole('button', { name: /Irises/ }).click();
  await page.getByRole('button', { name: 'Profile' }).click();
  await page.getByText('sepal_length').first().waitFor();
  await visit.look(page, `profile ${tag}`);

  // Its clusters.
  await page.getByLabel('I know how many').check();
  await page.getByLabel('Clusters (k)').fill('3');
  await visit.look(page, `train ${tag}`);
  await page.getByRole('button', { name: 'Find 3 clusters' }).click();
  await page.getByRole('tab', { name: 'Map' }).waitFor();
  await page.locator('canvas').first().waitFor();
  await page
    .getByText(/^On all 150 rows/)
    .first()
    .waitFor();
  await visit.look(page, `map ${tag}`);

  // All of it is there after a reload.
  const result = page.getByText(/3 clusters of \d+, \d+, \d+ rows/);
  const before = await result.textContent();
  await page.reload();
  assert.equal(await result.textContent(), before);

  await page.getByRole('tab', { name: 'Profiles' }).click();
  await page
    .getByRole('cell', { name: /z [+-]/ })
    .first()
    .waitFor();
  await visit.look(page, `profiles ${tag}`);

  // A flower that nobody has measured.
  await page.getByRole('tab', { name: 'Predict' }).click();
  await page.getByText('Cluster 0').last().waitFor();
  const length = page.getByRole('slider', { name: 'petal_length' });
  await length.focus();
  await length.press('Home');
  const width = page.getByRole('slider', { name: 'petal_width' });
  await width.focus();
  await width.press('Home');
  await page.getByText(/before Cluster \d/).waitFor();
  await visit.look(page, `predict ${tag}`);

  await page.getByLabel('Note', { exact: true }).fill('Setosa stands apart.');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByText('Setosa stands apart.').waitFor();

  // Out, and out it stays.
  if ((look.width ?? 0) < 600) await page.getByRole('button', { name: 'Chats' }).click();
  await page.getByRole('button', { name: 'Sign out' }).first().click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
}
