import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';

/** What a browser saves when something is pressed. */
export async function save(page: Page, act: () => Promise<void>): Promise<Buffer> {
  const [download] = await Promise.all([page.waitForEvent('download'), act()]);
  return readFile(await download.path());
}

/** An item of a chart's menu. */
export async function choose(figure: Locator, item: string): Promise<void> {
  await figure.getByRole('button', { name: /save or show as a table/ }).click();
  await figure.getByRole('menuitem', { name: item }).click();
}

/** Drops files in the middle of the window, as a hand would; `held` is told while they are over it. */
export async function drop(
  page: Page,
  files: readonly { name: string; text: string }[],
  held?: () => Promise<void>,
): Promise<void> {
  const transfer = await page.evaluateHandle(
    `(() => {
      const it = new DataTransfer();
      for (const { name, text } of ${JSON.stringify(files)}) it.items.add(new File([text], name));
      return it;
    })()`,
  );
  for (const type of ['dragenter', 'dragover', 'drop']) {
    await page.getByRole('main').dispatchEvent(type, { dataTransfer: transfer });
    if (type === 'dragover') await held?.();
  }
}
