import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { PASSWORD, signUp, type TestUser } from '../factories/users.js';
import { startApp, type TestApp } from '../support/app.js';

const WEB = 'https://web.clusters.example';

describe.each([
  ['over TLS', 'https://clusters.example'],
  ['without TLS', 'http://clusters.example'],
])('headers of a service %s', (_, publicUrl) => {
  const tls = publicUrl.startsWith('https');
  let service: TestApp;
  let ada: TestUser;
  let centersId: string;
  let chatId: string;
  let runId: string;
  beforeAll(async () => {
    service = await startApp({ PUBLIC_URL: publicUrl, VITE_API_URL: WEB, JSON_LIMIT_MB: '1' });
    ada = await signUp(service);
    const post = (path: string, body: object) => service.http.post(`/api/v1/${path}`).set(ada.auth).send(body);
    const idOf = ({ body }: { body: unknown }): string => (body as { id: string }).id;
    chatId = idOf(await post('chats', { title: 'x' }).expect(201));
    const datasetId = idOf(await post(`chats/${chatId}/datasets`, { rows: [[1], [2], [9]] }).expect(201));
    runId = idOf(await post(`chats/${chatId}/runs`, { datasetId, k: 2 }).expect(202));
    const centers = await post(`chats/${chatId}/centers`, { columns: ['x'], values: [[1], [2]] }).expect(201);
    centersId = idOf(centers);
  });
  afterAll(() => service.close());

  const send = (path: string, init: RequestInit = {}) => fetch(service.url + path, init);
  const json = (body: string, headers: Record<string, string> = {}): RequestInit => ({
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body,
  });

  const account = () => JSON.stringify({ username: ada.username, password: PASSWORD });
  const pin = (pinnedCentersId: string): RequestInit => {
    const { headers, body } = json(JSON.stringify({ pinnedCentersId }), ada.auth);
    return { method: 'PATCH', headers: headers!, body: body! };
  };

  const answers: [string, number, () => Promise<Response>][] = [
    ['JSON', 200, () => send('/api/v1/chats', { headers: ada.auth })],
    ['a file', 200, () => send(`/api/v1/centers/${centersId}/export?format=csv`, { headers: ada.auth })],
    ['no content', 204, () => send('/api/v1/auth/logout', json('{}'))],
    ['no credential', 401, () => send('/api/v1/chats')],
    ['no credential for nothing', 401, () => send('/api/v1/nothing')],
    ['a malformed body', 400, () => send('/api/v1/chats', json('{', { ...ada.auth }))],
    ['a wrong field', 400, () => send('/api/v1/auth/login', json('{}'))],
    ['a foreign origin', 403, () => send('/api/v1/auth/refresh', json('{}', { Origin: 'https://evil.example' }))],
    ['nothing here', 404, () => send(`/api/v1/chats/${randomUUID()}`, { headers: ada.auth })],
    ['a stream of events', 200, () => send(`/api/v1/runs/${runId}/events`, { headers: ada.auth })],
    ['a conflict', 409, () => send('/api/v1/auth/register', json(account()))],
    ['an unknown type', 415, () => send('/api/v1/chats', { method: 'POST', headers: ada.auth, body: 'x' })],
    ['what cannot be', 422, () => send(`/api/v1/chats/${chatId}`, pin(randomUUID()))],
    ['the page', 200, () => send('/', { headers: { Accept: 'text/html' } })],
    ['whatever is at the root, the page', 200, () => send('/?from=curl', { headers: { Accept: '*/*' } })],
    ['a screen of the page', 200, () => send('/chats/none', { headers: { Accept: 'text/html' } })],
    ['the icon of the page', 200, () => send('/icon.svg')],
    ['nothing outside the API', 404, () => send('/nothing')],
    ['too large a body', 413, () => send('/api/v1/chats', json(' '.repeat(2 ** 21), { ...ada.auth }))],
    ['headers that are too long', 431, () => send(`/api/v1/chats?q=${'x'.repeat(20_000)}`, { headers: ada.auth })],
    ['health', 200, () => send('/health/live')],
    ['the description', 200, () => send('/openapi.json')],
    ['the documentation', 200, () => send('/docs')],
  ];

  const preflight = (origin: string) =>
    send('/api/v1/chats', {
      method: 'OPTIONS',
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization',
      },
    });

  it.each(answers)('%s (%i)', async (name, status, ask) => {
    const { headers, status: actual, body } = await ask();
    await body?.cancel();
    expect(actual).toBe(status);
    const policy = headers.get('content-security-policy')!;
    expect(policy).toMatch(/^default-src 'none';/);
    // Swagger UI brings a style element; nothing else is loosened for it.
    expect(policy.match(/'unsafe-[^']+'/g)).toEqual(name === 'the documentation' ? ["'unsafe-inline'"] : null);
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    expect(policy).not.toContain('*');
    expect(policy).toMatch(/frame-ancestors 'none'/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('strict-transport-security')).toBe(tls ? 'max-age=31536000' : null);
    if (name.endsWith('the page')) {
      // Styles that a script makes carry the nonce of this very answer.
      if (name !== 'the icon of the page') expect(policy).toMatch(/style-src 'self' 'nonce-[\w+/=]{24}'/);
      expect(policy).not.toMatch(/script-src(?! 'self';)/);
    }
    for (const teller of ['server', 'x-powered-by']) expect(headers.has(teller)).toBe(false);
  });

  it(`sets the cookie ${tls ? 'for TLS alone' : 'without asking for TLS'}`, async () => {
    const body = JSON.stringify({ username: ada.username, password: PASSWORD });
    const { headers } = await send('/api/v1/auth/login', json(body));
    expect(headers.get('set-cookie')).toMatch(
      new RegExp(`Path=/api/v1/auth; HttpOnly; ${tls ? 'Secure; ' : ''}SameSite=Strict$`),
    );
  });

  it('lets the one web origin in with credentials, and reflects no other', async () => {
    const { headers } = await preflight(WEB);
    expect(headers.get('access-control-allow-origin')).toBe(WEB);
    expect(headers.get('access-control-allow-credentials')).toBe('true');
    for (const origin of ['https://evil.example', 'null', `${WEB}.evil.example`, WEB.replace('https', 'http')]) {
      for (const answer of [
        await preflight(origin),
        await send('/api/v1/chats', { headers: { ...ada.auth, Origin: origin } }),
      ]) {
        expect([null, WEB]).toContain(answer.headers.get('access-control-allow-origin'));
      }
    }
  });
});
