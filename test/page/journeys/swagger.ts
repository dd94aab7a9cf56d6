import assert from 'node:assert/strict';
import path from 'node:path';
import type { Page, Response } from 'playwright-core';
import type { Visit } from '../browser.ts';
import { PASSWORD } from './people.ts';

type Answer = Record<string, unknown>;

/** What a hand does in one operation's panel. */
interface Call {
  /** Parameters by name. */
  given?: Record<string, string>;
  body?: unknown;
  /** Sent as a form's `file`. */
  file?: string;
  /** Other than 200. */
  status?: number;
}

interface Description {
  paths: Record<string, Record<string, { operationId: string; tags: [string] }>>;
}

const IRIS = path.resolve(import.meta.dirname, '../../../examples/quickstart/iris.csv');
const ROW = [5, 3.4, 1.5, 0.2];

/** A reader of the API's description registers, authorizes and calls every operation there is. */
export async function swagger(visit: Visit): Promise<void> {
  const page = await visit.open();
  const description = (await (await fetch(`${visit.url}/openapi.json`)).json()) as Description;
  const tags = new Map(
    Object.values(description.paths).flatMap((item) =>
      Object.values(item).map(({ operationId, tags: [tag] }) => [operationId, tag]),
    ),
  );
  const untried = new Set(tags.keys());

  await page.goto(`${visit.url}/docs`);
  const call = async (operation: string, wanted: Call = {}): Promise<Answer> => {
    const tag = tags.get(operation);
    assert.ok(tag, `${operation} is described`);
    untried.delete(operation);
    const response = await execute(page, `#operations-${tag.replaceAll(' ', '_')}-${operation}`, wanted);
    assert.equal(response.status(), wanted.status ?? 200, `${operation}: ${await response.text().catch(() => '')}`);
    const type = response.headers()['content-type'] ?? '';
    return type.startsWith('application/json') ? ((await response.json()) as Answer) : {};
  };
  let authorized = false;
  const authorize = async (token: unknown): Promise<void> => {
    await page.locator('.auth-wrapper .authorize').click();
    if (authorized) await page.locator('.auth-container button', { hasText: 'Logout' }).click();
    authorized = true;
    await page.locator('.auth-container input').fill(String(token));
    await page.locator('.auth-container .authorize').click();
    await page.locator('.auth-container .btn-done').click();
  };

  const username = `swagger-${process.pid}`;
  const user = { username, password: PASSWORD };
  await authorize((await call('AuthController_register', { body: user, status: 201 })).accessToken);
  await authorize((await call('AuthController_logIn', { body: user })).accessToken);
  await call('AuthController_refresh');
  await call('UsersController_me');
  await call('UsersController_update', { body: { fullName: 'Ada' } });
  await call('UsersController_listActivity');
  const key = await call('ApiKeysController_create', { body: { name: 'here', scopes: ['read'] }, status: 201 });
  await call('ApiKeysController_list');
  await call('ApiKeysController_revoke', { given: { keyId: String(key.id) }, status: 204 });

  const chat = {
    chatId: String((await call('ChatsController_create', { body: { title: 'Irises' }, status: 201 })).id),
  };
  await call('ChatsController_list');
  await call('ChatsController_get', { given: chat });
  await call('ChatsController_update', { given: chat, body: { title: 'Flowers' } });
  await call('ChatsController_addNote', { given: chat, body: { text: 'Three kinds?' }, status: 201 });

  const { id: datasetId } = await call('DatasetsController_create', { given: chat, file: IRIS, status: 201 });
  const dataset = { datasetId: String(datasetId) };
  await call('DatasetsController_list', { given: chat });
  await call('DatasetsController_get', { given: dataset });
  await call('DatasetsController_rows', { given: dataset });
  await call('DatasetsController_preview', { given: dataset });

  const body = { datasetId, k: { min: 2, max: 4 }, seed: 1 };
  const run = { runId: String((await call('RunsController_create', { given: chat, body, status: 202 })).id) };
  await call('RunsController_events', { given: run });
  await call('RunsController_list', { given: chat });
  const { status, result } = await call('RunsController_get', { given: run });
  assert.equal(status, 'succeeded');
  const { k, centersId } = result as { k: number; centersId: string };
  await call('RunsController_labels', { given: run });
  await call('RunsController_projection', { given: run });
  await call('RunsController_sample', { given: run });
  await call('RunsController_keep', { given: run, body: { k: k === 2 ? 3 : 2 }, status: 201 });
  await call('RunsController_cancel', { given: run });
  await call('ChatsController_listMessages', { given: chat });

  const centers = { centersId };
  await call('CentersController_list', { given: chat });
  await call('CentersController_get', { given: centers });
  await call('CentersController_rename', { given: centers, body: { name: 'Mine' } });
  await call('CentersController_export', { given: centers });
  const import_ = { columns: ['a', 'b'], values: [[0, 0], [1, 1]] }; // prettier-ignore
  await call('CentersController_import', { given: chat, body: import_, status: 201 });
  await call('PredictionsController_predict', { given: centers, body: { rows: [ROW] } });
  await call('PredictionsController_predictInChat', { given: chat, body: { rows: [[1, 0]] } });
  await call('ClustersController_list', { given: centers });
  await call('ClustersController_name', { given: { ...centers, cluster: '0' }, body: { name: 'short petals' } });
  await call('ClustersController_explain', { given: centers, body: { row: ROW } });

  await call('CentersController_delete', { given: centers, status: 204 });
  await call('DatasetsController_delete', { given: dataset, status: 204 });
  await call('ChatsController_delete', { given: chat, status: 204 });
  await call('HealthController_live');
  await call('HealthController_ready');
  await call('MetricsController_read');

  const sessions = (await call('UsersController_listSessions')).items as { id: string; current: boolean }[];
  const other = sessions.find(({ current }) => !current);
  assert.ok(other, 'who registered and signed in has two sessions');
  await call('UsersController_endSession', { given: { sessionId: other.id }, status: 204 });
  const next = `${PASSWORD} again`;
  await call('UsersController_changePassword', {
    body: { currentPassword: PASSWORD, newPassword: next },
    status: 204,
  });
  await authorize((await call('AuthController_logIn', { body: { username, password: next } })).accessToken);
  await call('AuthController_logOut', { status: 204 });
  await authorize((await call('AuthController_logIn', { body: { username, password: next } })).accessToken);
  await call('UsersController_delete', { body: { password: next }, status: 204 });
  assert.deepEqual([...untried], [], 'every operation was called');
}

async function execute(page: Page, selector: string, { given = {}, body, file }: Call): Promise<Response> {
  const block = page.locator(selector);
  if (!(await block.locator('.opblock-body').isVisible())) await block.locator('.opblock-summary-control').click();
  await block.locator('.try-out__btn').first().waitFor();
  // There is none where it was clicked before.
  const tryOut = block.locator('.try-out__btn:not(.cancel):not(.reset)');
  if ((await tryOut.count()) > 0) await tryOut.click();
  for (const [name, value] of Object.entries(given)) {
    await block.locator(`tr[data-param-name="${name}"] input`).fill(value);
  }
  if (body !== undefined) await block.locator('textarea.body-param__text').fill(JSON.stringify(body));
  if (file !== undefined) await block.locator('input[type=file]').setInputFiles(file);
  const { pathname } = new URL(page.url());
  const answered = page.waitForResponse((response) => new URL(response.url()).pathname !== pathname);
  await block.locator('.execute').click();
  const response = await answered;
  await block.locator('.live-responses-table').waitFor();
  // Closed again: the page stays short.
  await block.locator('.opblock-summary-control').click();
  return response;
}
