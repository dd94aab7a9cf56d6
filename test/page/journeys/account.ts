import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { Visit } from '../browser.ts';
import { PASSWORD, signIn, signUp } from './people.ts';

/** One's own account: name, password, keys, devices, what happened, and the end of it. */
export async function account(visit: Visit): Promise<void> {
  const page = await visit.open();
  const username = await signUp(visit, page);
  await page.getByRole('link', { name: /Settings/ }).click();

  await page.getByLabel('Full name').fill('Ada Lovelace');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('navigation').getByText('Ada Lovelace').or(page.getByText('Ada Lovelace')).first().waitFor();
  // What the service says of a field stands at that field.
  await page.getByLabel('Username').fill('a b');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('[aria-invalid=true][autocomplete=username]').waitFor();
  await visit.look(page, 'settings account');

  await keys(visit, page);

  // Another device, signed out from here.
  const other = await visit.open({ width: 900 });
  await signIn(visit, other, username);
  await page.getByRole('tab', { name: 'Devices' }).click();
  await page.getByText('this one').waitFor();
  await visit.look(page, 'settings devices');
  await page.getByRole('region', { name: 'Signed-in devices' }).getByRole('button', { name: 'Sign out' }).click();
  await page
    .getByRole('region', { name: 'Signed-in devices' })
    .getByRole('button', { name: 'Sign out' })
    .waitFor({ state: 'detached' });
  await other.reload();
  await other.getByRole('heading', { name: 'Sign in' }).waitFor();

  await page.getByRole('tab', { name: 'Activity' }).click();
  await page.getByText('An API key was revoked').waitFor();
  await visit.look(page, 'settings activity');

  await page.getByRole('tab', { name: 'Account' }).click();
  const leave = page.getByRole('region', { name: 'Delete my account' });
  await leave.locator('input[autocomplete=current-password]').fill(PASSWORD);
  await leave.getByRole('button', { name: 'Delete my account' }).click();
  await visit.look(page, 'delete account');
  await page.getByRole('button', { name: 'Delete everything' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.getByLabel('Username').fill(username);
  await page.locator('input[autocomplete=current-password]').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').waitFor();
}

/** A key is shown once, works, and is dead when revoked. */
async function keys(visit: Visit, page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'API keys' }).click();
  await page.getByText('No keys yet').waitFor();
  await page.getByLabel('What it is for').fill('a test');
  await page.getByLabel('Read').check();
  await page.getByRole('button', { name: 'Make the key' }).click();
  const key = (await page.getByRole('region', { name: 'the key' }).textContent()) ?? '';
  await visit.look(page, 'settings keys');
  await visit.lookNarrow(page, 'settings keys');
  const ask = () => fetch(`${visit.url}/api/v1/chats`, { headers: { Authorization: `Bearer ${key}` } });
  assert.equal((await ask()).status, 200);
  await page.reload();
  await page.getByRole('button', { name: 'Revoke' }).waitFor();
  assert.equal(await page.getByText(key).count(), 0, 'a key is shown once');
  await page.getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('button', { name: 'Revoke the key' }).click();
  await page.getByText('No keys yet').waitFor();
  assert.equal((await ask()).status, 401);
}
