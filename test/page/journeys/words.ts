import type { Visit } from '../browser.ts';
import { signUp } from './people.ts';

/** A table of words, days and amounts: all of them can decide, and all of them can be asked about. */
export async function words(visit: Visit): Promise<void> {
  const page = await visit.open();
  await signUp(visit, page);
  const lines = Array.from({ length: 60 }, (_, i) => {
    const rich = i % 3 === 0;
    return `${rich ? 'gold' : 'tin'},${rich ? 9000 + i : 20 + i},2024-0${1 + (i % 9)}-1${i % 10}`;
  });
  const buffer = Buffer.from(`plan,amount,since\n${lines.join('\n')}\n`);
  await page.locator('input[type=file]').setInputFiles({ name: 'customers.csv', mimeType: 'text/csv', buffer });
  const table = page.getByRole('region', { name: 'Table customers.csv' });
  await table.getByRole('button', { name: /1 column, scaling standard/ }).click();
  await table.getByLabel('plan (category)').check();
  await table.getByLabel('since (date)').check();
  await table.getByLabel('Logarithm of amount').check();
  await table.getByText('60 rows and 3 columns, which become 4').waitFor();
  await visit.look(page, 'words');
  await table.getByLabel('I know how many').check();
  await table.getByLabel('Clusters (k)').fill('2');
  await table.getByRole('button', { name: 'Find 2 clusters' }).click();
  await page.getByRole('region', { name: 'Centers, version 1' }).getByRole('link').click();

  await page.getByLabel('since').waitFor();
  await page.getByRole('combobox', { name: 'plan' }).click();
  await page.getByRole('option', { name: 'gold' }).click();
  await page.getByText(/before Cluster \d/).waitFor();
  await visit.look(page, 'what if in words');
  await page.getByText('Pasted rows').click();
  await page.getByRole('textbox', { name: 'Rows' }).fill('plan,amount,since\nlead,50,2024-05-05\n');
  await page.getByRole('button', { name: 'Ask for their clusters' }).click();
  await page.getByText('never seen before: plan').waitFor();
}
