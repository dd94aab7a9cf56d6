import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
];
/** Chromium logs every answer above 399, also those that the page handles; all else in its console is a defect. */
const REFUSED = /Failed to load resource: .* (4(00|01|03|04|09|22)|503)/;
/** What it logs when a test takes the network away. */
const OFFLINE = 'net::ERR_INTERNET_DISCONNECTED';

/** Until colours have faded over: what is in between is no theme's. */
const SETTLED = `Promise.allSettled(
  document.getAnimations()
    .filter((animation) => animation.effect?.getComputedTiming().endTime !== Infinity)
    .map((animation) => animation.finished),
).then(() => undefined)`;

export type Scheme = 'light' | 'dark';

/** How a journey's window is. */
export interface Look extends BrowserContextOptions {
  width?: number;
  height?: number;
  scheme?: Scheme;
}

export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
}

/** A browser in which nobody has signed in yet, and all that a journey finds wrong in it. */
export class Visit {
  /** What is wrong but stops nobody: told together at the end. */
  readonly defects: string[] = [];
  readonly pages: Page[] = [];

  readonly url: string;
  readonly #browser: Browser;
  readonly #pictures: string | undefined;

  constructor(browser: Browser, url: string, pictures?: string) {
    this.#browser = browser;
    this.url = url;
    this.#pictures = pictures;
  }

  /** A page in a profile of its own, which reports the first thing that its console complains of. */
  async open({ width = 1280, height = 900, scheme = 'light', ...options }: Look = {}): Promise<Page> {
    const context = await this.#browser.newContext({
      viewport: { width, height },
      colorScheme: scheme,
      reducedMotion: 'reduce',
      ...options,
    });
    return this.watch(await context.newPage());
  }

  /** A second tab of the same profile. */
  async tab(page: Page): Promise<Page> {
    return this.watch(await page.context().newPage());
  }

  private watch(page: Page): Page {
    page.setDefaultTimeout(30_000);
    page.on('console', (message) => {
      const text = message.text();
      if (message.type() === 'error' && !REFUSED.test(text) && !text.includes(OFFLINE)) {
        this.defects.push(`console: ${text}`);
      }
    });
    page.on('pageerror', (error) => this.defects.push(`page: ${String(error)}`));
    this.pages.push(page);
    return page;
  }

  async picture(page: Page, name: string): Promise<void> {
    if (!this.#pictures || page.isClosed()) return;
    await mkdir(this.#pictures, { recursive: true });
    await page.screenshot({ path: path.join(this.#pictures, `${name.replaceAll(/\W+/g, '-')}.png`), fullPage: true });
  }

  /** Looks at a screen in both themes: nothing that axe finds serious, nothing wider than the window. */
  async look(page: Page, name: string): Promise<void> {
    await this.fit(page, name, async (colorScheme) => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      for (const { id, impact, nodes } of violations) {
        if (impact !== 'serious' && impact !== 'critical') continue;
        const where = nodes.map((node) => `${node.html} ${node.any[0]?.message ?? ''}`);
        this.defects.push(`axe, ${name}, ${colorScheme}: ${id}: ${where.join(' | ')}`);
      }
    });
  }

  /** A picture of a screen in each theme, and that nothing is wider than the window. */
  async fit(page: Page, name: string, inspect?: (scheme: Scheme) => Promise<void>): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
      await page.evaluate(SETTLED);
      await this.picture(page, `${name} ${colorScheme}`);
      await inspect?.(colorScheme);
    }
    const [content, window] = await page.evaluate<[number, number]>(
      '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
    );
    if (content > window) this.defects.push(`${name}: ${content} px wide in a window of ${window} px`);
  }

  /** The same where there is little room, as on a phone. */
  async lookNarrow(page: Page, name: string): Promise<void> {
    const size = page.viewportSize();
    await page.setViewportSize({ width: 360, height: 740 });
    await this.look(page, `${name} narrow`);
    if (size) await page.setViewportSize(size);
  }

  async close(): Promise<void> {
    for (const context of new Set(this.pages.map((page) => page.context()))) await context.close();
  }
}
