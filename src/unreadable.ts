import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { problem } from './common/problem.js';

/** How long browsers remember to use HTTPS: a year. */
export const HSTS_SECONDS = 31_536_000;

/** By Node's code for what it could not read; all else is 400. */
const KNOWN: Record<string, [status: number, code: string, detail: string] | undefined> = {
  HPE_HEADER_OVERFLOW: [431, 'request.headers_too_large', 'The address and the headers are longer than 16 KiB.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'request.timeout', 'The request did not arrive in time.'],
};
const MALFORMED = [400, 'request.malformed', 'This is not HTTP.'] as const;

/**
 * Answers what never became a request, as everything else is answered: a problem, with the headers that keep browsers
 * from making more of it.
 *
 * @param https whether to ask for HTTPS from now on
 */
export function refuseUnreadable(https: boolean) {
  return (error: NodeJS.ErrnoException, socket: Duplex): void => {
    // Whoever is gone needs no answer.
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const [status, code, detail] = KNOWN[error.code ?? ''] ?? MALFORMED;
    const body = JSON.stringify(problem(status, code, detail));
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      'Content-Type: application/problem+json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'",
      'X-Content-Type-Options: nosniff',
      'Referrer-Policy: no-referrer',
      'Cross-Origin-Opener-Policy: same-origin',
      ...(https ? [`Strict-Transport-Security: max-age=${HSTS_SECONDS}`] : []),
      'Connection: close',
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  };
}
