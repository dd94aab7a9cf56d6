import type { Page } from 'playwright-core';
import type { Visit } from '../browser.ts';
import { signUp } from './people.ts';

const LARGEST = { width: 3840, height: 2160 };
const TELEPHONE = { width: 360, height: 740 };

/** Every screen on the largest display that there is and on the smallest telephone. */
export async function sizes(visit: Visit): Promise<void> {
  const page = await visit.open(LARGEST);
  await page.goto(visit.url);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await both(visit, page, 'sign-in');
  await signUp(visit, page);
  await both(visit, page, 'welcome');

  await page.getByRole('button', { name: /Wine/ }).click();
  await page.getByRole('button', { name: 'Profile', exact: true }).click();
  await page.getByRole('button', { name: /columns, scaling standard/ }).click();
  await page.getByText('Trained on would be').waitFor();
  await page.getByRole('button', { name: 'More options' }).click();
  await both(visit, page, 'prepare');
  await page.getByRole('button', { name: 'Try 2 to 8' }).click();
  await page.getByText(/3 clusters of \d+, \d+, \d+ rows/).waitFor();
  await page.locator('canvas').nth(1).waitFor();
  await both(visit, page, 'chat');

  await page.getByRole('link', { name: 'Full width' }).click();
  await page.getByRole('heading', { name: 'Result' }).waitFor();
  for (const [tab, sign] of [
    ['Map', /^On all 178 rows/],
    ['Which k', /Gap statistic/],
    ['Profiles', /An area is its cluster's rows/],
    ['Rows', /rows shown/],
    ['Predict', /before Cluster \d/],
  ] as const) {
    await page.getByRole('tab', { name: tab }).click();
    await page.getByText(sign).first().waitFor();
    await both(visit, page, `result ${tab}`);
  }
  await page.getByRole('tab', { name: 'Which k' }).click();
  await page.getByRole('button', { name: 'Keep 4 clusters' }).click();
  await page.getByRole('link', { name: 'Kept as version 2' }).click();
  await page.getByText(/before Cluster \d/).waitFor();
  await both(visit, page, 'centers');
  await page.getByRole('link', { name: 'All centers of the chat' }).click();
  await page.getByText(/of 178 rows \(/).waitFor();
  await both(visit, page, 'all centers');
  for (const part of ['account', 'keys', 'devices', 'activity']) {
    await page.goto(`${visit.url}/settings/${part}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.getByRole('tabpanel').getByRole('heading').first().waitFor();
    await both(visit, page, `settings ${part}`);
  }
}

async function both(visit: Visit, page: Page, name: string): Promise<void> {
  await visit.fit(page, `${name} at 4K`);
  await page.setViewportSize(TELEPHONE);
  await visit.fit(page, `${name} on a telephone`);
  await page.setViewportSize(LARGEST);
}
