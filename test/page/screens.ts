/**
 * Pictures of the page for the documentation, of the built service with the tables that come with it:
 *
 *     npm run screens -- [FOLDER]
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { startService } from '../../scripts/service.ts';
import { startBrowser, Visit } from './browser.ts';
import { signUp } from './journeys/people.ts';

const folder = process.argv[2] ?? path.join(import.meta.dirname, '../../docs/images');
await mkdir(folder, { recursive: true });
const service = await startService({ REQUESTS_PER_MINUTE: '10000' });
const browser = await startBrowser();

async function keep(page: Page, name: string): Promise<void> {
  // What has just been pressed is not what the picture is of.
  await page.mouse.move(0, 0);
  await page.waitForTimeout(500);
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
  console.log(name);
}

/** Brings something to the top of the window. */
async function top(it: Locator): Promise<void> {
  const box = await it.first().boundingBox();
  await it.page().evaluate(`scrollBy(0, ${(box?.y ?? 0) - 16})`);
}

async function train(page: Page, k: number): Promise<void> {
  await page.getByLabel('I know how many').check();
  await page.getByLabel('Clusters (k)').fill(String(k));
  await page.getByRole('button', { name: `Find ${k} clusters` }).click();
  await page.getByText(new RegExp(`${k} clusters of \\d+, \\d+`)).waitFor();
}

try {
  const visit = new Visit(browser, service.url);
  const page = await visit.open({ width: 1280, height: 800 });
  await signUp(visit, page, 'ada');
  await keep(page, 'welcome');

  await page.getByRole('button', { name: /Wine/ }).click();
  await page.getByRole('button', { name: /columns, scaling standard/ }).click();
  await page.getByText('Trained on would be').waitFor();
  await top(page.getByRole('button', { name: /columns, scaling standard/ }));
  await keep(page, 'prepare');

  await page.getByRole('button', { name: 'Try 2 to 8' }).click();
  await page.getByText(/3 clusters of \d+, \d+, \d+ rows/).waitFor();
  const chat = page.url();
  await page.getByRole('link', { name: 'Full width' }).click();
  await page.getByRole('heading', { name: 'Result' }).waitFor();
  const result = page.url();
  await page.setViewportSize({ width: 1440, height: 1060 });
  await page.locator('canvas').nth(1).waitFor();
  await keep(page, 'result');
  await page.getByRole('tab', { name: 'Which k' }).click();
  await page.getByRole('figure', { name: 'Elbow' }).locator('canvas').waitFor();
  await keep(page, 'which-k');
  await page.getByRole('tab', { name: 'Profiles' }).click();
  await page.getByText("An area is its cluster's rows").waitFor();
  await page.getByRole('figure', { name: 'Heat map of z-scores' }).locator('canvas').first().waitFor();
  await keep(page, 'profiles');

  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto(chat);
  await page.getByRole('button', { name: 'Find clusters', exact: true }).click();
  await train(page, 4);
  await page.getByRole('region', { name: 'Centers, version 2' }).waitFor();

  await page.getByRole('link', { name: 'Centers', exact: true }).click();
  await page.getByText(/of 178 rows/).waitFor();
  await keep(page, 'compare');

  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 1600, height: 1060 });
  await page.goto(result);
  await page.getByRole('tab', { name: 'Predict' }).click();
  await page.getByText(/before Cluster \d/).waitFor();
  await page.getByRole('slider', { name: 'flavanoids' }).focus();
  for (let i = 0; i < 40; i++) await page.keyboard.press('ArrowLeft');
  await page.getByText(/before Cluster \d/).waitFor();
  await keep(page, 'predict');
} finally {
  await browser.close();
  await service.stop();
}
