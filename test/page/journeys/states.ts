import type { Page } from 'playwright-core';
import type { Visit } from '../browser.ts';
import { signUp } from './people.ts';

const PROBLEM = 'application/problem+json';

/** What is shown when things do not go well: offline, slow, failed, not allowed, never there. */
export async function states(visit: Visit): Promise<void> {
  const page = await visit.open();
  await signUp(visit, page);
  await page.getByRole('button', { name: /Irises/ }).click();
  await page.getByRole('region', { name: 'Table iris.csv' }).waitFor();
  const chat = page.url();

  // Offline: what is there stays, what is new fails with words, and it goes on by itself.
  await page.context().setOffline(true);
  await page.getByText('The service cannot be reached.').waitFor();
  await page.getByLabel('Note', { exact: true }).fill('Kept for later');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByRole('main').getByText('No connection').waitFor();
  await visit.look(page, 'offline');
  await page.context().setOffline(false);
  await page.getByText('The service cannot be reached.').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByRole('log').getByText('Kept for later').waitFor();

  // Slow: it is named, and can be asked for again.
  const held = Promise.withResolvers<undefined>();
  await page.route('**/api/v1/chats/*/messages*', async (route) => {
    await held.promise;
    await route.continue();
  });
  await page.goto(chat);
  await page.getByText('Loading the notebook').waitFor();
  await page.getByText('The service takes its time').waitFor();
  await visit.look(page, 'slow');
  held.resolve(undefined);
  await page.getByRole('region', { name: 'Table iris.csv' }).waitFor();
  await page.unrouteAll({ behavior: 'wait' });

  await failing(page, '**/api/v1/chats?*', 503, 'The database is away.');
  await page.goto(visit.url);
  await page.getByText('The database is away.').waitFor();
  await visit.look(page, 'failed');
  await page.unrouteAll({ behavior: 'wait' });
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('link', { name: 'iris' }).waitFor();

  await failing(page, '**/api/v1/users/me/api-keys*', 403, 'This credential may not see keys.');
  await page.goto(`${visit.url}/settings/keys`);
  await page.getByText('That is not allowed here').waitFor();
  await visit.look(page, 'not allowed');
  await page.unrouteAll({ behavior: 'wait' });

  for (const path of ['nowhere', 'chats/0', 'centers/0', 'runs/0', 'settings/nothing']) {
    await page.goto(`${visit.url}/${path}`);
    await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
  }
  await visit.look(page, 'nothing here');
}

async function failing(page: Page, address: string, status: number, detail: string): Promise<void> {
  await page.route(address, (route) =>
    route.fulfill({ status, contentType: PROBLEM, body: JSON.stringify({ status, code: 'test', detail }) }),
  );
}
