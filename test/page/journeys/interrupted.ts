import type { Visit } from '../browser.ts';
import { program, signUp } from './people.ts';

/** A long run: its progress is there after a reload and after a lost connection, and it can be stopped. */
export async function interrupted(visit: Visit): Promise<void> {
  const page = await visit.open();
  const username = await signUp(visit, page);
  await page.getByRole('button', { name: /Digits/ }).click();
  await page.getByRole('region', { name: 'Table digits.csv' }).waitFor();
  const ask = await program(visit, username);
  const chatId = page.url().split('/').at(-1) ?? '';
  const { items } = (await ask(`chats/${chatId}/datasets`)) as { items: { id: string }[] };
  const datasetId = items.at(0)?.id;
  const long = { datasetId, k: 40, nInit: 10_000, maxIterations: 1_000, tolerance: 0, seed: 1 };
  await ask(`chats/${chatId}/runs`, long);

  await page.reload();
  const progress = page.getByRole('progressbar', { name: 'Progress of the run' });
  await progress.waitFor();
  await page.reload();
  await progress.waitFor();
  await visit.look(page, 'training');

  const moves = async () => {
    const before = await progress.getAttribute('aria-valuenow');
    while ((await progress.getAttribute('aria-valuenow')) === before) await page.waitForTimeout(100);
  };
  await moves();
  await page.context().setOffline(true);
  await page.getByText('The service cannot be reached.').waitFor();
  await page.context().setOffline(false);
  await page.getByText('The service cannot be reached.').waitFor({ state: 'detached' });
  await moves();

  // Another device sees it too, and stops it; here it is said.
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByText(/cancelled/).waitFor();
}
