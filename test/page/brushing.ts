/**
 * How smooth a map of 100,000 rows is while a box is drawn over it:
 *
 *     npm run brushing
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { startService } from '../../scripts/service.ts';
import { startBrowser, Visit } from './browser.ts';
import { program, signUp } from './journeys/people.ts';

const ROWS = 100_000;
/** Every frame's time since the one before, from now on. */
const WATCH = `window.gaps = [];
(() => {
  let last = performance.now();
  const next = (now) => { window.gaps.push(now - last); last = now; requestAnimationFrame(next); };
  requestAnimationFrame(next);
})()`;

function told(gaps: number[]): string {
  const sorted = gaps.toSorted((a, b) => a - b);
  return `${sorted.length} frames, median ${sorted[sorted.length >> 1].toFixed(0)} ms, longest ${sorted.at(-1)!.toFixed(0)} ms`;
}

const service = await startService({ JSON_LIMIT_MB: '64' });
const browser = await startBrowser();
try {
  const visit = new Visit(browser, service.url);
  const page = await visit.open();
  const ask = await program(visit, await signUp(visit, page));
  const random = (): number => Math.random() + Math.random() + Math.random();
  const rows = Array.from({ length: ROWS }, (_, i) =>
    Array.from({ length: 4 }, (_, j) => (((i % 5) * (j + 1)) % 7) + random()),
  );
  const { id: chatId } = await ask('chats', { title: 'Many rows' });
  const { id: datasetId } = await ask(`chats/${String(chatId)}/datasets`, { rows });
  const { id: runId } = await ask(`chats/${String(chatId)}/runs`, { datasetId, k: 5, seed: 1 });
  while ((await ask(`runs/${String(runId)}`)).status !== 'succeeded') await sleep(300);

  const opened = performance.now();
  await page.goto(`${visit.url}/runs/${String(runId)}`);
  const plot = page.getByRole('img', { name: /^Scatter plot of all 100,000 rows/ });
  await plot.locator('canvas').first().waitFor();
  console.log(`the map is there after ${(performance.now() - opened).toFixed(0)} ms`);
  await sleep(4000);

  await page.evaluate(WATCH);
  const { x, y, width, height } = (await plot.boundingBox())!;
  await page.mouse.move(x + width * 0.2, y + height * 0.1);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.6, y + height * 0.8, { steps: 40 });
  console.log(`while it is drawn: ${told(await page.evaluate<number[]>('window.gaps.splice(0)'))}`);
  const dropped = performance.now();
  await page.mouse.up();
  await page
    .getByRole('button', { name: /^Drop the condition/ })
    .first()
    .waitFor();
  console.log(`what is selected is told after ${(performance.now() - dropped).toFixed(0)} ms`);
  await sleep(1500);
  console.log(`every view following: ${told(await page.evaluate<number[]>('window.gaps'))}`);
} finally {
  await browser.close();
  await service.stop();
}
