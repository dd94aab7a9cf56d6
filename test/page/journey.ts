/**
 * The page as its users meet it: the built service, a real browser, from sign-up to a prediction on iris; the same
 * with a bad file, after a reload, on a phone's width. Fails at a console error, a violation of the page's policy, or
 * what axe finds serious. `npm run test:page -- FOLDER` keeps screenshots.
 */
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, chromium, type Page } from 'playwright-core';
import { startService } from '../../scripts/service.ts';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
];
const pictures = process.argv[2];
let passed = 0;
/** What is wrong but stops nobody: told together at the end. */
const defects: string[] = [];

async function step(name: string, task: () => Promise<void>): Promise<void> {
  try {
    await task();
  } catch (error) {
    for (const context of browser.contexts()) {
      for (const page of context.pages()) await picture(page, `failed-${name}`);
    }
    throw error;
  }
  passed++;
  console.log(`ok ${name}`);
}

/** A page that fails with the first thing its console complains of. */
async function openPage(browser: Browser, width: number, scheme: 'light' | 'dark'): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: scheme,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.on('console', (message) => {
    // Chromium logs every answer above 399, also those that the page handles; all else is a defect.
    const refused = /Failed to load resource: .* 4(00|01|04|09|22)/.test(message.text());
    if (message.type() === 'error' && !refused) defects.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => defects.push(`page: ${String(error)}`));
  return page;
}

async function picture(page: Page, name: string): Promise<void> {
  if (!pictures) return;
  await mkdir(pictures, { recursive: true });
  await page.screenshot({ path: path.join(pictures, `${name.replaceAll(' ', '-')}.png`), fullPage: true });
}

async function look(page: Page, name: string): Promise<void> {
  await picture(page, name);
  const { violations } = await new AxeBuilder({ page }).analyze();
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  for (const { id, nodes } of grave) defects.push(`axe, ${name}: ${id}: ${nodes.map((node) => node.html).join(' ')}`);
}

const service = await startService({ REQUESTS_PER_MINUTE: '10000' });
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
try {
  for (const [width, scheme] of [
    [1280, 'light'],
    [390, 'dark'],
  ] as const) {
    const tag = `${width}-${scheme}`;
    const page = await openPage(browser, width, scheme);

    await step(`signs up (${tag})`, async () => {
      await page.goto(service.url);
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      await look(page, `sign-in-${tag}`);
      await page.getByRole('button', { name: 'I am new here' }).click();
      await page.getByLabel('Username').fill(`ada-${tag}`);
      await page.locator('input[autocomplete=new-password]').fill('correct horse battery staple');
      await page.getByRole('button', { name: 'Create account' }).click();
      await page.getByRole('heading', { name: 'What belongs together here?' }).waitFor();
      await look(page, `welcome-${tag}`);
    });

    await step(`tells what is wrong with a file (${tag})`, async () => {
      const ragged = { name: 'ragged.csv', mimeType: 'text/csv', buffer: Buffer.from('a,b\n1,2\n3\n') };
      await page.locator('input[type=file]').setInputFiles(ragged);
      await page
        .getByRole('alert')
        .getByText(/line 3/i)
        .waitFor();
      await look(page, `bad-file-${tag}`);
    });

    await step(`clusters a built-in table (${tag})`, async () => {
      await page.getByRole('button', { name: /Irises/ }).click();
      await page.getByRole('button', { name: 'Profile' }).click();
      await page.getByText('sepal_length').first().waitFor();
      await page.getByRole('button', { name: 'Find clusters', exact: true }).click();
      await page.getByLabel('Clusters (k)').fill('3');
      await look(page, `train-${tag}`);
      await page.getByRole('button', { name: 'Find 3 clusters' }).click();
      await page.getByRole('tab', { name: 'Map' }).waitFor();
      await page.locator('canvas').first().waitFor();
      await page.getByText('All 150 rows.', { exact: true }).waitFor();
      await look(page, `map-${tag}`);
    });

    await step(`is the same after a reload (${tag})`, async () => {
      const result = page.getByText(/3 clusters of \d+, \d+, \d+ rows/);
      const before = await result.textContent();
      await page.reload();
      assert.equal(await result.textContent(), before);
    });

    await step(`says what sets the clusters apart (${tag})`, async () => {
      await page.getByRole('tab', { name: 'Profiles' }).click();
      await page
        .getByRole('cell', { name: /z [+-]/ })
        .first()
        .waitFor();
      await look(page, `profiles-${tag}`);
    });

    await step(`predicts by sliders and keyboard (${tag})`, async () => {
      await page.getByRole('tab', { name: 'Predict' }).click();
      await page.getByText('Cluster 0').last().waitFor();
      const petal = page.getByRole('slider', { name: 'petal_length' });
      await petal.focus();
      await petal.press('Home');
      const width_ = page.getByRole('slider', { name: 'petal_width' });
      await width_.focus();
      await width_.press('Home');
      await page.getByText(/before Cluster \d/).waitFor();
      await look(page, `predict-${tag}`);
    });

    await step(`keeps a note (${tag})`, async () => {
      await page.getByLabel('Note', { exact: true }).fill('Setosa stands apart.');
      await page.getByRole('button', { name: 'Send' }).click();
      await page.getByText('Setosa stands apart.').waitFor();
    });

    await step(`signs out, and stays out (${tag})`, async () => {
      await page.goto(`${service.url}/settings`);
      await page.getByRole('heading', { name: 'Settings' }).waitFor();
      await page.getByText('this one').waitFor();
      await look(page, `settings-${tag}`);
      if (width < 600) await page.getByRole('button', { name: 'Chats' }).click();
      await page.getByRole('button', { name: 'Sign out' }).first().click();
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      await page.reload();
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    });

    await page.context().close();
  }
  assert.deepEqual(defects, [], 'nothing to complain of');
  console.log(`${passed} passed, 0 failed`);
} catch (error) {
  console.log(`${passed} passed, 1 failed`);
  throw error;
} finally {
  await browser.close();
  await service.stop();
}
