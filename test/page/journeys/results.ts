import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { Visit } from '../browser.ts';
import { choose, save } from './files.ts';
import { signUp } from './people.ts';

/** What came out, from every side: which k and why, linked views, rows, files; with the mouse and without. */
export async function results(visit: Visit): Promise<void> {
  const page = await visit.open();
  await signUp(visit, page);
  await page.getByRole('button', { name: /Wine/ }).click();
  await page.getByRole('button', { name: 'Try 2 to 8' }).click();
  await page.getByText(/3 clusters of \d+, \d+, \d+ rows/).waitFor();
  await page.getByRole('link', { name: 'Full width' }).click();
  await page.getByRole('heading', { name: 'Result' }).waitFor();

  await whichK(visit, page);
  await selectByBox(visit, page);
  await selectByKeyboard(visit, page);
  await profiles(visit, page);
}

async function whichK(visit: Visit, page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Which k' }).click();
  await page.getByRole('figure', { name: 'Stability' }).locator('canvas').waitFor();
  for (const name of ['Elbow', 'Silhouette', 'Gap statistic', 'Calinski-Harabasz', 'Davies-Bouldin']) {
    const figure = page.getByRole('figure', { name });
    await figure.locator('canvas').waitFor();
    await figure.getByText(/Is for \d clusters/).waitFor();
    await figure.getByText(/On all 178 rows/).waitFor();
  }
  const chosen = page.getByRole('row', { name: /chosen/ }).getByRole('rowheader');
  assert.match(await chosen.innerText(), /^3\s+chosen$/i);
  await visit.look(page, 'which k');

  // Another one can be kept beside it; nothing is trained anew.
  await page.getByRole('button', { name: 'Keep 4 clusters' }).click();
  await page.getByRole('link', { name: 'Kept as version 2' }).click();
  await page.getByRole('heading', { name: '4 clusters' }).waitFor();
  await page.getByRole('link', { name: 'All centers of the chat' }).click();
  await page.getByText(/of 178 rows \(/).waitFor();
  const moved = await page.getByRole('region', { name: 'How rows moved' }).getByRole('row').allInnerTexts();
  const fourth = moved.slice(1).reduce((sum, row) => sum + Number(row.split('\t').at(4)), 0);
  assert.ok(fourth > 0, `rows went to the fourth cluster: ${moved.join('; ')}`);
  await page.goBack();
  await page.goBack();
  await page.getByRole('tab', { name: 'Which k' }).click();

  const elbow = page.getByRole('figure', { name: 'Elbow' });
  const png = await save(page, () => choose(elbow, 'Save as PNG'));
  assert.deepEqual([...png.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  assert.ok(png.length > 5_000, 'something is drawn');
  const svg = (await save(page, () => choose(elbow, 'Save as SVG'))).toString();
  assert.match(svg, /^<svg [\s\S]*number of clusters[\s\S]*chosen: 3[\s\S]*<\/svg>$/);
  await choose(elbow, 'Show as a table');
  assert.equal(await elbow.getByRole('row').count(), 8, 'seven numbers of clusters below a head');
}

/** A box on the map selects in every view and in the file. */
async function selectByBox(visit: Visit, page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Map' }).click();
  await page.getByText('Nothing is selected: 178 rows shown.').waitFor();
  const plot = page.getByRole('img', { name: /^Scatter plot of all 178 rows in 3 clusters/ });
  await plot.locator('canvas').waitFor();
  const { x, y, width, height } = (await plot.boundingBox())!;
  await page.mouse.move(x + width * 0.2, y + height * 0.1);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.55, y + height * 0.8, { steps: 4 });
  await page.mouse.up();
  const selected = await selection(page);
  assert.ok(selected > 0 && selected < 178, `${selected} rows`);
  await page.getByRole('button', { name: 'Drop the condition on First component' }).waitFor();
  await visit.look(page, 'selected');

  await page.getByRole('tab', { name: 'Rows' }).click();
  assert.equal(await selection(page), selected);
  assert.equal(await page.getByRole('table').getAttribute('aria-rowcount'), String(selected + 1));
  const csv = await save(page, () => page.getByRole('button', { name: 'Selected rows as CSV' }).click());
  const lines = csv.toString().trim().split('\r\n');
  assert.equal(lines.length, selected + 1);
  assert.match(lines[0], /^row,alcohol,.*,cluster$/);
  await page.getByRole('tab', { name: 'Profiles' }).click();
  assert.equal(await selection(page), selected);
  const bars = page.getByRole('img', { name: /^Sizes\. / });
  await bars.locator('canvas').waitFor();
  const shares = [
    ...((await bars.getAttribute('aria-label')) ?? '').matchAll(/: (\d+) \([\d.]+ %\), (\d+) % selected/g),
  ];
  const told = shares.reduce((sum, [, rows, share]) => sum + (Number(rows) * Number(share)) / 100, 0);
  assert.ok(shares.length === 3 && Math.abs(told - selected) < 2, `${told} of ${selected} rows`);
  await visit.look(page, 'selected in profiles');
  await page.getByRole('tab', { name: 'Rows' }).click();
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.getByText('Nothing is selected: 178 rows shown.').waitFor();
}

/** The same without a mouse: a cluster, a condition, an order, one row. */
async function selectByKeyboard(visit: Visit, page: Page): Promise<void> {
  await page.getByRole('checkbox', { name: 'Cluster 1' }).focus();
  await page.keyboard.press('Space');
  const ofCluster = await selection(page);
  assert.deepEqual(await shown(page), ['Cluster 1'], 'rows of that cluster and no other');

  await page.getByRole('button', { name: 'Add a condition' }).focus();
  await page.keyboard.press('Enter');
  await page.getByLabel('is from').fill('13.5');
  await page.keyboard.press('Enter');
  await page.getByText(/alcohol: 13\.5 to/).waitFor();
  const strong = await selection(page);
  assert.ok(strong > 0 && strong < ofCluster, `${strong} of ${ofCluster} rows`);

  const head = page.getByRole('columnheader', { name: 'alcohol' });
  await head.getByRole('button').focus();
  await page.keyboard.press('Enter');
  assert.equal(await head.getAttribute('aria-sort'), 'ascending');
  const weakest = await page.getByRole('row').nth(1).getByRole('cell').nth(1).innerText();
  assert.ok(Number(weakest) >= 13.5, weakest);

  await page
    .getByRole('button', { name: /^Look at row/ })
    .first()
    .focus();
  await page.keyboard.press('Enter');
  await page
    .getByRole('region', { name: 'The row that is looked at' })
    .getByText(/alcohol/)
    .waitFor();
  await visit.look(page, 'rows');
  await page.getByRole('tab', { name: 'Map' }).click();
  await page.getByRole('region', { name: 'The row that is looked at' }).waitFor();
  await page.getByRole('button', { name: 'Clear' }).click();
}

async function profiles(visit: Visit, page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Profiles' }).click();
  for (const name of ['Sizes', 'Silhouette of each cluster', 'Heat map of z-scores']) {
    await page.getByRole('figure', { name }).locator('canvas').first().waitFor();
  }
  await visit.look(page, 'profiles of wine');
  await visit.lookNarrow(page, 'profiles of wine');
  const silhouettes = page.getByRole('figure', { name: 'Silhouette of each cluster' });
  await silhouettes.getByText(/rows are nearer to another cluster|No row is nearer/).waitFor();
  const plot = (await save(page, () => choose(silhouettes, 'Save as SVG'))).toString();
  assert.equal(plot.match(/<polygon[^>]*fill="#(0072b2|e69f00|009e73)"/g)?.length, 3, 'an area a cluster');
  await choose(silhouettes, 'Show as a table');
  const curves = await silhouettes.getByRole('row').allInnerTexts();
  assert.equal(curves.length, 4, 'three clusters below a head');
  for (const row of curves.slice(1)) {
    const [rows, mean, ...curve] = row.split('\t').slice(1, -1).map(Number);
    assert.ok(rows > 0 && mean > curve[0] && mean < curve[4], row);
    assert.deepEqual(
      curve.toSorted((a, b) => a - b),
      curve,
      row,
    );
  }
  const heat = page.getByRole('figure', { name: 'Heat map of z-scores' });
  await choose(heat, 'Show as a table');
  assert.equal(await heat.getByRole('row').count(), 14, 'thirteen measures below a head');
}

/** How many rows are said to be selected. */
async function selection(page: Page): Promise<number> {
  const said = await page.getByText(/^[\d,]+ rows? of 178 selected\.$/).innerText();
  return Number.parseInt(said);
}

/** The clusters of the rows in the table. */
async function shown(page: Page): Promise<string[]> {
  const cells = await page.getByRole('table').locator('tbody td:nth-of-type(1):not([style])').allInnerTexts();
  return [...new Set(cells.map((cell) => cell.trim()))];
}
