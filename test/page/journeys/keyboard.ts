import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import type { Visit } from '../browser.ts';
import { PASSWORD } from './people.ts';

/** From sign-up to a prediction without a mouse. */
export async function keyboard(visit: Visit): Promise<void> {
  const page = await visit.open();
  await page.goto(visit.url);
  await go(page, page.getByRole('button', { name: 'I am new here' }), 'Enter');
  await page.getByRole('heading', { name: 'Create an account' }).waitFor();
  await go(page, page.getByLabel('Username'));
  await page.keyboard.type(`kay-${process.pid}`);
  await go(page, page.locator('input[autocomplete=new-password]'));
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'What belongs together here?' }).waitFor();

  // Past the side bar in one step.
  await page.reload();
  await page.getByRole('heading', { name: 'What belongs together here?' }).waitFor();
  await go(page, page.getByRole('button', { name: 'Skip to the content' }), 'Enter');
  await go(page, page.getByRole('button', { name: /Irises/ }), 'Enter');
  await page.getByRole('region', { name: 'Table iris.csv' }).waitFor();
  await go(page, page.getByLabel('Try several, choose the best'));
  await page.keyboard.press('ArrowRight');
  const k = page.getByLabel('Clusters (k)');
  await go(page, k);
  await k.press('Control+a');
  await page.keyboard.type('3');
  await go(page, page.getByRole('button', { name: 'Find 3 clusters' }), 'Enter');
  await page.getByText(/3 clusters of \d+, \d+, \d+/).waitFor();

  const first = page.getByRole('tab').first();
  await go(page, first);
  const predict = page.getByRole('tab', { name: 'Predict' });
  for (let i = 0; i < 10 && !(await focused(predict)); i++) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  const length = page.getByRole('slider', { name: 'petal_length' });
  await go(page, length);
  await page.keyboard.press('Home');
  await page.getByText(/before Cluster \d/).waitFor();

  await go(page, page.getByLabel('Note', { exact: true }));
  await page.keyboard.type('By hand.');
  await page.keyboard.press('Enter');
  await page.getByRole('log').getByText('By hand.').waitFor();

  // A menu opens, closes, and gives the keyboard back.
  const more = page.getByRole('main').getByRole('button', { name: 'More about iris' });
  await go(page, more, 'Enter');
  await page.getByRole('menuitem', { name: 'Rename' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('menuitem', { name: 'Rename' }).waitFor({ state: 'hidden' });
  assert.ok(await focused(more), 'the keyboard is back where it was');
}

/** Tabs, at most through the whole page, until something has the keyboard; then presses a key on it. */
async function go(page: Page, target: Locator, key?: string): Promise<void> {
  await target.waitFor();
  for (let i = 0; i < 150; i++) {
    if (await focused(target)) {
      if (key) await page.keyboard.press(key);
      return;
    }
    await page.keyboard.press('Tab');
  }
  assert.fail(`The keyboard does not reach ${String(target)}.`);
}

async function focused(target: Locator): Promise<boolean> {
  return (await target.and(target.page().locator(':focus')).count()) > 0;
}
