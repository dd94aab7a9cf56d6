import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import type { Visit } from '../browser.ts';
import { save } from './files.ts';
import { signUp } from './people.ts';

const IRIS = path.join(import.meta.dirname, '../../../web/src/datasets/tables/iris.csv');

/** New rows come, training goes on from what is kept: clusters keep their numbers and names, and it is seen who moved. */
export async function retraining(visit: Visit): Promise<void> {
  const page = await visit.open();
  await signUp(visit, page);
  await page.getByRole('button', { name: /Irises/ }).click();
  await page.getByLabel('I know how many').check();
  assert.equal(await page.getByLabel('Go on from centers that are kept').count(), 0, 'nothing is kept yet');
  await page.getByLabel('Clusters (k)').fill('3');
  await page.getByRole('button', { name: 'Find 3 clusters' }).click();
  await page.getByRole('tab', { name: 'Profiles' }).click();
  await nameCluster(page, 'the small ones', /^Cluster \d.*short petals/);

  // The same flowers again, and a third of them no more; their columns in another order, and one that is new.
  const lines = (await readFile(IRIS, 'utf8')).trim().split(/\r?\n/);
  const turned = lines.filter((_, i) => i % 3 !== 1).map((line, i) => [i, ...line.split(',').reverse()].join(','));
  await page.locator('input[type=file]').setInputFiles({
    name: 'next year.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(turned.join('\n').replace(/^0,/, 'number,')),
  });
  const table = page.getByRole('region', { name: 'Table next year.csv' });
  await table.getByLabel('Go on from centers that are kept').check();
  await table.getByRole('button', { name: '4 columns, scaling standard: change' }).waitFor();
  await table.getByRole('button', { name: 'More options' }).click();
  assert.ok(await table.getByLabel('Restarts').isDisabled(), 'given centers are begun from once');
  await visit.look(page, 'go on');
  await visit.lookNarrow(page, 'go on');
  await table.getByRole('button', { name: 'Go on from v1' }).click();

  const result = page.getByRole('region', { name: /^Run/ }).last();
  await result.getByRole('tab', { name: 'Moves' }).click();
  await result.getByText(/ of 100 rows \(.* %\) stay in their cluster/).waitFor();
  await result.getByText(/keep their numbers and names/).waitFor();
  const moves = result.getByRole('region', { name: 'How rows moved' });
  const counts = (await moves.getByRole('cell').allInnerTexts()).map(Number).filter(Number.isInteger);
  assert.equal(
    counts.reduce((sum, rows) => sum + rows, 0),
    100,
    'every row is in the table once',
  );
  await moves.getByRole('columnheader', { name: 'the small ones' }).waitFor();
  await visit.look(page, 'moves');
  await visit.lookNarrow(page, 'moves');

  // What was kept says the same at its own address.
  await page.getByRole('region', { name: 'Centers, version 2' }).getByRole('link').click();
  await page
    .getByRole('region', { name: 'Moves', exact: true })
    .getByText(/of 100 rows/)
    .waitFor();
  await page.goBack();

  // A table without the columns is refused at the field.
  await page.locator('input[type=file]').setInputFiles({
    name: 'other.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(`x,y\n${Array.from({ length: 20 }, (_, i) => `${i},${i % 5}`).join('\n')}\n`),
  });
  const other = page.getByRole('region', { name: 'Table other.csv' });
  await other.getByLabel('Go on from centers that are kept').check();
  await other.getByRole('button', { name: /^Go on from v/ }).click();
  await other
    .getByText(/need a column "sepal_length"/)
    .first()
    .waitFor();

  await labels(page);
}

/** The rows with their clusters, in every format that there is. */
async function labels(page: Page): Promise<void> {
  for (const [item, begins] of [
    ['CSV', 'number,species,'],
    ['Parquet', 'PAR1'],
    ['Arrow file (Feather)', 'ARROW1'],
    ['Arrow stream', '\xff\xff\xff\xff'],
    ['JSON, the clusters alone', '{"labels":['],
  ]) {
    const result = page.getByRole('region', { name: /^Run/ }).last();
    await result.getByRole('button', { name: 'Rows with their cluster' }).click();
    const content = await save(page, () => page.getByRole('menuitem', { name: item, exact: true }).click());
    assert.equal(content.toString('latin1', 0, begins.length), begins, item);
  }
}

async function nameCluster(page: Page, name: string, said: RegExp): Promise<void> {
  const cluster = page
    .locator('div')
    .filter({ hasText: said })
    .filter({ has: page.getByRole('button') })
    .last();
  await cluster.getByRole('button', { name: 'Name it' }).click();
  await page.getByLabel(/^Name of cluster/).fill(name);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText(name).first().waitFor();
}
