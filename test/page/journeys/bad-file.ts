import type { Visit } from '../browser.ts';
import { signUp } from './people.ts';

/** A file with a ragged line: the line is shown, nothing is left behind, and a good one goes through after it. */
export async function badFile(visit: Visit): Promise<void> {
  const page = await visit.open();
  await signUp(visit, page);
  const lines = ['a,b', '1,2', '3', '4,5'];
  await page.locator('input[type=file]').setInputFiles(file('ragged.csv', lines));
  await page
    .getByRole('alert')
    .getByText(/line 3/i)
    .waitFor();
  await page
    .getByRole('region', { name: 'Around line 3' })
    .getByText(/>\s+3\s+3/)
    .waitFor();
  await page.getByText('No chats yet').waitFor();
  await visit.look(page, 'bad file');

  await page.locator('input[type=file]').setInputFiles(file('good.csv', ['a,b', ...rows(40)]));
  await page.getByRole('heading', { name: 'good' }).waitFor();
  // In a chat as well.
  await page.locator('input[type=file]').setInputFiles(file('ragged.csv', lines));
  await page
    .getByRole('alert')
    .getByText(/line 3/i)
    .waitFor();

  // What cannot be trained on is said before it is tried, and where.
  await page.locator('input[type=file]').setInputFiles(file('gaps.csv', ['a,b', ',7', ...rows(10)]));
  const gaps = page.getByRole('region', { name: 'Table gaps.csv' });
  await gaps.getByRole('button', { name: /2 columns, scaling standard/ }).click();
  await gaps.getByText('Trained on would be 11 rows and 2 columns.').waitFor();
  await gaps.getByRole('combobox', { name: 'Gaps' }).click();
  await page.getByRole('option', { name: 'stop and tell me' }).click();
  await gaps
    .getByRole('alert')
    .getByText(/missing/i)
    .waitFor();
  await visit.look(page, 'gaps refused');
  await visit.lookNarrow(page, 'gaps refused');
  await gaps.getByRole('combobox', { name: 'Gaps' }).click();
  await page.getByRole('option', { name: 'leave out rows with gaps' }).click();
  await gaps.getByText('Trained on would be 10 rows and 2 columns.').waitFor();
}

function rows(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${i % 7},${(i * i) % 11}`);
}

function file(name: string, lines: string[]) {
  return { name, mimeType: 'text/csv', buffer: Buffer.from(`${lines.join('\n')}\n`) };
}
