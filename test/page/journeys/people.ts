import type { Page } from 'playwright-core';
import type { Visit } from '../browser.ts';

export const PASSWORD = 'correct horse battery staple';
let people = 0;

/** A new account, made as a person makes one; ends on the empty page. */
export async function signUp(visit: Visit, page: Page, name?: string): Promise<string> {
  const username = name ?? `ada-${process.pid}-${++people}`;
  await page.goto(visit.url);
  await page.getByRole('button', { name: 'I am new here' }).click();
  await page.getByLabel('Username').fill(username);
  await page.locator('input[autocomplete=new-password]').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('heading', { name: 'What belongs together here?' }).waitFor();
  return username;
}

export async function signIn(visit: Visit, page: Page, username: string): Promise<void> {
  await page.goto(visit.url);
  await page.getByLabel('Username').fill(username);
  await page.locator('input[autocomplete=current-password]').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor({ state: 'detached' });
}

/** The same person as a program: for what would take a hand too long. */
export async function program(
  visit: Visit,
  username: string,
): Promise<(path: string, body?: unknown) => Promise<Record<string, unknown>>> {
  let token = '';
  const ask = async (path: string, body?: unknown) => {
    const response = await fetch(`${visit.url}/api/v1/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()) as Record<string, unknown>;
  };
  token = String((await ask('auth/login', { username, password: PASSWORD })).accessToken);
  return ask;
}
