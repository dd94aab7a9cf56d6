import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import staticFiles from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** Where `npm run build` puts the page, seen from the built `dist/src`. */
const BUILT = path.join(import.meta.dirname, '..', 'web');

/** What is answered to programs, or has pages of its own. */
const NOT_THE_PAGE = /^\/(api|docs|health|metrics|openapi\.json|assets)(\/|\?|-json|$)/;

/** Where nothing else is: whoever asks there, as `curl` does without saying for what, wants the page. */
const ROOT = /^\/(\?|$)/;

/**
 * What the page may do: its own scripts, styles and data, and style elements that carry the nonce of this very answer.
 * Nothing from elsewhere, nothing inline.
 */
function policy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/**
 * Serves the built page: its files as they are, and its one document at every other address, so that each screen has
 * an address that can be sent. A service that was built without it answers 404 there.
 */
export async function servePage(app: NestFastifyApplication): Promise<void> {
  const file = path.join(BUILT, 'index.html');
  if (!existsSync(file)) return;
  const [before, after] = readFileSync(file, 'utf8').split('__NONCE__');
  await app.register(staticFiles, {
    root: path.join(BUILT, 'assets'),
    prefix: '/assets/',
    decorateReply: false,
    // The build lays them beside each file that shrinks.
    preCompressed: true,
    // Names carry a hash of the content.
    immutable: true,
    maxAge: '1y',
  });
  const fastify = app.getHttpAdapter().getInstance();
  const icon = readFileSync(path.join(BUILT, 'icon.svg'));
  fastify.get('/icon.svg', (_, reply) => reply.header('Content-Type', 'image/svg+xml').send(icon));
  fastify.get('/*', (request, reply) => {
    const wanted = ROOT.test(request.url) || request.headers.accept?.includes('text/html');
    if (NOT_THE_PAGE.test(request.url) || !wanted) {
      reply.callNotFound();
      return reply;
    }
    const nonce = randomBytes(16).toString('base64');
    return reply
      .header('Content-Security-Policy', policy(nonce))
      .header('Cache-Control', 'no-store')
      .header('Content-Type', 'text/html; charset=utf-8')
      .send(`${before}${nonce}${after}`);
  });
}
