import assert from 'node:assert/strict';
import type { Visit } from '../browser.ts';
import { signUp } from './people.ts';

/** A training that takes its time: its curve is there after a reload and after a lost connection, and it can be stopped. */
export async function training(visit: Visit): Promise<void> {
  const page = await visit.open();
  await signUp(visit, page);
  await page
    .locator('input[type=file]')
    .first()
    .setInputFiles({ name: 'noise.csv', mimeType: 'text/csv', buffer: Buffer.from(noise(40_000, 8)) });
  await page.getByLabel('I know how many').check();
  await page.getByLabel('Clusters (k)').fill('64');
  await page.getByRole('button', { name: 'More options' }).click();
  await page.getByLabel('Restarts').fill('2000');
  await page.getByRole('button', { name: 'Find 64 clusters' }).click();

  const curve = page.getByRole('figure', { name: 'Inertia' });
  await curve.locator('canvas').waitFor();
  await page.getByText(/^Training: restart \d+ of 2000, iteration \d+, inertia/).waitFor();
  await visit.look(page, 'training');

  // A reload in a moment without a connection: what was is there, the rest comes by itself.
  const events = '**/api/v1/runs/*/events';
  await page.route(events, (route) => route.abort('internetdisconnected'));
  await page.reload();
  await curve.locator('canvas').waitFor();
  await page.getByText(/The connection is lost/).waitFor();
  const heard = await page.getByText(/^Training: restart/).innerText();
  await page.unroute(events);
  await page.getByText(/The connection is lost/).waitFor({ state: 'detached' });
  await page
    .getByText(/^Training: restart/)
    .filter({ hasNotText: heard })
    .waitFor();
  const later = await page.getByText(/^Training: restart/).innerText();
  assert.ok(restart(later) >= restart(heard), `${later} after ${heard}`);

  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByText(/64 clusters, scaling standard: cancelled/).waitFor();
}

function restart(said: string): number {
  return Number(/restart (\d+)/.exec(said)?.[1] ?? 0);
}

/** A table without any clusters in it: training takes long to settle. */
function noise(rows: number, columns: number): string {
  let state = 1;
  const next = () => ((state = (state * 48_271) % 2_147_483_647) / 2_147_483_647).toFixed(5);
  const line = () => Array.from({ length: columns }, next).join(',');
  return [Array.from({ length: columns }, (_, i) => `m${i}`).join(','), ...Array.from({ length: rows }, line)].join(
    '\n',
  );
}
