import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import type { Visit } from '../browser.ts';
import { save } from './files.ts';
import { signUp } from './people.ts';

const run = promisify(execFile);

/** Two sets of centers: compared, pinned, renamed, taken away, asked by rows, by file and by programs, deleted. */
export async function models(visit: Visit): Promise<void> {
  const page = await visit.open();
  await signUp(visit, page);
  await page.getByRole('button', { name: /Irises/ }).click();
  await train(page, 3);
  await page.getByRole('button', { name: 'Find clusters', exact: true }).first().click();
  await train(page, 4);
  await page.getByRole('region', { name: 'Centers, version 2' }).waitFor();

  await page.getByRole('link', { name: 'Centers', exact: true }).click();
  await page.getByText(/\d+ of 150 rows \(.* %\) stay/).waitFor();
  const moved = page.getByRole('region', { name: 'How rows moved' });
  const cells = await moved.getByRole('cell').allTextContents();
  const counts = cells.map(Number).filter((value) => Number.isInteger(value));
  assert.equal(
    counts.reduce((sum, value) => sum + value, 0),
    150,
    'every row is in the table once',
  );
  await visit.look(page, 'centers');
  await visit.lookNarrow(page, 'centers');

  await act(page, 1, /Pin/);
  await page.getByText('pinned').waitFor();
  await act(page, 1, 'Rename');
  await page.getByLabel('Name of the centers').and(page.locator(':focus')).waitFor();
  await page.keyboard.type('three species');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'three species' }).waitFor();

  for (const [label, pattern] of [
    [/^Bundle/, /"columns"/],
    [/CSV/, /sepal_length/],
    [/NPY/, /NUMPY/],
    [/scikit-learn/, /model/],
  ] as const) {
    assert.match((await save(page, () => act(page, 1, label))).toString('latin1'), pattern);
  }

  await bundle(visit, page);
  await page.getByRole('link', { name: 'three species' }).click();
  await page.getByRole('heading', { name: 'three species' }).waitFor();
  await predict(visit, page);

  await page.getByRole('link', { name: 'All centers of the chat' }).click();
  await act(page, 2, 'Delete');
  await page.getByRole('button', { name: 'Delete the centers' }).click();
  await page.getByRole('button', { name: 'More about version 2' }).waitFor({ state: 'detached' });
  // In the chat it is said that they are gone.
  await page.getByRole('link', { name: 'Back to the chat' }).click();
  await page.getByText('They have been deleted since.').first().waitFor();
  await page
    .getByRole('log')
    .getByText(/^By v1, three species: 2 rows placed.*; 1 in Cluster \d, 1 in Cluster \d\.$/)
    .waitFor();
}

async function train(page: Page, k: number): Promise<void> {
  await page.getByLabel('I know how many').check();
  await page.getByLabel('Clusters (k)').fill(String(k));
  await page.getByRole('button', { name: `Find ${k} clusters` }).click();
  await page.getByText(new RegExp(`${k} clusters of \\d+, \\d+, \\d+`)).waitFor();
}

async function act(page: Page, version: number, what: string | RegExp): Promise<void> {
  await page.getByRole('button', { name: `More about version ${version}` }).click();
  await page.getByRole('menuitem', { name: what }).click();
}

/** What one chat keeps comes into another as a file, and answers the same; a file that is none is refused with words. */
async function bundle(visit: Visit, page: Page): Promise<void> {
  const file = await save(page, () => act(page, 1, /^Bundle/));
  const other = await visit.tab(page);
  await other.goto(visit.url);
  await other.getByRole('button', { name: /Wine/ }).click();
  await train(other, 3);
  await other.getByRole('link', { name: 'Centers', exact: true }).click();
  await other.getByRole('heading', { name: 'Centers of wine' }).waitFor();
  const bring = (name: string, buffer: Buffer) =>
    other.locator('input[type=file]').setInputFiles({ name, mimeType: 'application/json', buffer });
  await bring('no bundle.json', Buffer.from('half a bun'));
  await other.getByRole('alert').getByText('This file is no JSON').waitFor();
  await bring('altered.json', Buffer.from(file.toString().replace(/"inertia":\d/, '"inertia":9')));
  await other
    .getByRole('alert')
    .getByText(/checksum does not fit/)
    .waitFor();
  await visit.look(other, 'bundle refused');
  await bring('three-species-v1.json', file);
  await other.getByRole('link', { name: 'three species' }).waitFor();
  await other.getByRole('cell', { name: /brought/ }).waitFor();
  await other.getByRole('link', { name: 'three species' }).click();
  await other
    .getByText(/^Cluster \d/)
    .first()
    .waitFor();
  await other.getByText('Pasted rows').click();
  await other.getByRole('textbox', { name: 'Rows' }).fill('5.1,3.5,1.4,0.2');
  await other.getByRole('button', { name: 'Ask for their clusters' }).click();
  await other.getByText('1 row placed').waitFor();
  await visit.look(other, 'brought centers');
  await other.close();
}

async function predict(visit: Visit, page: Page): Promise<void> {
  await page.getByText('Pasted rows').click();
  const rows = page.getByRole('textbox', { name: 'Rows' });
  const ask = page.getByRole('button', { name: 'Ask for their clusters' });
  const head = 'petal_length\tpetal_width\tsepal_length\tsepal_width\tnote';
  await rows.fill(`${head}\n1.4\t0.2\t5.1\t3.5\tsmall\n6,1\t2.3\t7.2\t3.2\tlarge`);
  await ask.click();
  await page.getByText('2 rows placed').waitFor();
  await page.getByRole('button', { name: 'Note it in the chat' }).click();
  await page.getByText('It is in the chat.').waitFor();
  await visit.look(page, 'pasted rows');
  await visit.lookNarrow(page, 'pasted rows');
  // What is wrong is said of the line that it stands in.
  await rows.fill('5.1,3.5,1.4,0.2\n5.1,3.5,many,0.2');
  await ask.click();
  await page.getByText(/Line 2: "petal_length" must be a number/).waitFor();
  await rows.fill('5.1,3.5,1.4,0.2\n5.1,3.5');
  await ask.click();
  await page.getByText(/Line 2: 2 cells, where 4 are wanted/).waitFor();

  await page.getByText('A file', { exact: true }).click();
  const buffer = Buffer.from('id,sepal_length,sepal_width,petal_length,petal_width\na,5.1,3.5,1.4,0.2\n');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator('input[type=file]').setInputFiles({ name: 'new.csv', mimeType: 'text/csv', buffer }),
  ]);
  assert.equal(download.suggestedFilename(), 'new-clusters.csv');
  assert.match(await readFile(await download.path(), 'utf8'), /^id,.*,cluster,.*\r?\na,5\.1,.*,\d,/);
  await visit.look(page, 'predict by file');

  await page.getByText('What if', { exact: true }).click();
  const shown = await page
    .getByText(/^Cluster \d/)
    .first()
    .textContent();
  await page.getByRole('button', { name: 'The same from a program' }).click();
  const key = await keyOf(visit, page);
  const env = { ...process.env, CENTROID_KEY: key };
  for (const [language, command, ...how] of [
    ['curl', 'bash', '-c'],
    ['Python', 'python3', '-c'],
    ['TypeScript', process.execPath, '--input-type=module-typescript', '-e'],
  ]) {
    await page.getByText(language, { exact: true }).click();
    const code = (await page.getByRole('region', { name: `the ${language} call` }).textContent()) ?? '';
    const { stdout } = await run(command, [...how, code], { env });
    const cluster = /'?"?cluster'?"?: ?(\d+)/.exec(stdout)?.[1];
    assert.equal(`Cluster ${cluster}`, shown, `${language} is answered what the page shows: ${stdout}`);
  }
  await visit.look(page, 'call as');
}

/** A key that may predict and nothing else, made in another tab. */
async function keyOf(visit: Visit, page: Page): Promise<string> {
  const settings = await visit.tab(page);
  await settings.goto(`${visit.url}/settings/keys`);
  await settings.getByLabel('What it is for').fill('a program');
  await settings.getByRole('button', { name: 'Make the key' }).click();
  const key = (await settings.getByRole('region', { name: 'the key' }).textContent()) ?? '';
  await settings.close();
  return key;
}
