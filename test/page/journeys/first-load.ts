import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import type { Visit } from '../browser.ts';

const MOST_BYTES = 300_000;

/** What a browser that was never here gets: little, compressed, under a strict policy, with nothing asked of it. */
export async function firstLoad(visit: Visit): Promise<void> {
  const page = await visit.open();
  const asked: string[] = [];
  const sizes = new Map<string, number>();
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  page.on('response', (response) => {
    void response.body().then(
      (body) => sizes.set(response.url(), gzipSync(body).length),
      () => undefined,
    );
  });
  const response = await page.goto(visit.url, { waitUntil: 'networkidle' });
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();

  const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  console.log(`   ${Math.round(bytes / 1000)} kB gzipped at the first load, ${sizes.size} files`);
  assert.ok(bytes > 50_000, 'something was counted');
  assert.ok(bytes <= MOST_BYTES, `${bytes} bytes at the first load`);
  assert.equal(asked.filter((path) => /echarts|result/.test(path)).length, 0, 'charts come on demand');
  assert.equal(asked.filter((path) => path.startsWith('/api')).length, 0, 'nothing is asked of who never signed in');

  const policy = response?.headers()['content-security-policy'] ?? '';
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe/);
  const script = asked.find((path) => path.endsWith('.js'));
  const encoded = await fetch(`${visit.url}${script}`, { headers: { 'Accept-Encoding': 'br' } });
  assert.equal(encoded.headers.get('content-encoding'), 'br', 'files travel compressed');
}
