/**
 * Lighthouse on the sign-in and the result screens of the built service; fails below 95. It is not installed with the
 * project (it weighs more than all the rest): npx brings it when this is run.
 *
 *     npm run lighthouse -- [--mobile]
 *
 * With --mobile as on a slow telephone far from the service, which is told and not judged.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { startService } from '../../scripts/service.ts';
import { ARGUMENTS, CHROMIUM } from './browser.ts';
import { PASSWORD } from './journeys/people.ts';

const LIGHTHOUSE = 'lighthouse@13.5.0';
const CATEGORIES = ['performance', 'accessibility', 'best-practices'] as const;
const LEAST = 0.95;

interface Report {
  finalDisplayedUrl: string;
  categories: Record<string, { score: number | null }>;
  audits: Record<string, { score: number | null; title: string; displayValue?: string }>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  assert.ok(address && typeof address === 'object');
  return address.port;
}

const { mobile } = parseArgs({ options: { mobile: { type: 'boolean' } } }).values;
const folder = await mkdtemp(path.join(tmpdir(), 'centroid-lighthouse-'));
const service = await startService({ REQUESTS_PER_MINUTE: '10000' });
const port = await freePort();
// In a profile of its own, which is where Lighthouse opens its tab.
const browser = await chromium.launchPersistentContext(path.join(folder, 'profile'), {
  executablePath: CHROMIUM,
  args: [...ARGUMENTS, `--remote-debugging-port=${port}`],
});
let failed = 0;

async function measure(name: string, url: string): Promise<void> {
  const output = path.join(folder, `${name}.json`);
  await promisify(execFile)('npx', [
    '--yes',
    LIGHTHOUSE,
    url,
    `--port=${port}`,
    ...(mobile ? [] : ['--preset=desktop']),
    '--disable-storage-reset',
    `--only-categories=${CATEGORIES.join(',')}`,
    '--output=json',
    `--output-path=${output}`,
    '--quiet',
  ]);
  const report = JSON.parse(await readFile(output, 'utf8')) as Report;
  assert.equal(report.finalDisplayedUrl, url, 'the screen that was meant is the one that was measured');
  for (const category of CATEGORIES) {
    const score = report.categories[category].score ?? 0;
    const low = score < LEAST && !mobile;
    if (low) failed++;
    console.log(`${low ? 'FAILED' : 'ok'} ${name}, ${category}: ${Math.round(score * 100)}`);
  }
  for (const { score, title, displayValue = '' } of Object.values(report.audits)) {
    if (score !== null && score < 0.9) console.log(`   ${score.toFixed(2)} ${title} ${displayValue}`);
  }
}

try {
  await measure('sign-in', `${service.url}/sign-in`);

  const page = await browser.newPage();
  await page.goto(service.url);
  await page.getByRole('button', { name: 'I am new here' }).click();
  await page.getByLabel('Username').fill('ada');
  await page.locator('input[autocomplete=new-password]').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('button', { name: /Irises/ }).click();
  await page.getByLabel('I know how many').check();
  await page.getByLabel('Clusters (k)').fill('3');
  await page.getByRole('button', { name: 'Find 3 clusters' }).click();
  await page.getByRole('link', { name: 'Full width' }).click();
  await page.getByRole('heading', { name: 'Result' }).waitFor();
  const result = page.url();
  await page.close();
  await measure('result', result);
} finally {
  await browser.close();
  await service.stop();
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = failed > 0 ? 1 : 0;
