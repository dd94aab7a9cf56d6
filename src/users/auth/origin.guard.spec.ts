import { describe, expect, it } from '@jest/globals';
import type { ExecutionContext } from '@nestjs/common';
import type { AppConfig } from '../../config/app-config.js';
import { ForeignOriginError } from '../users.errors.js';
import { OriginGuard } from './origin.guard.js';

const guard = new OriginGuard({
  publicUrl: 'https://clusters.example/app',
  webOrigin: 'https://web.clusters.example',
} as AppConfig);

function ask(headers: Record<string, string>, own = { protocol: 'http', host: '10.0.0.7:3000' }): () => boolean {
  const context = { switchToHttp: () => ({ getRequest: () => ({ headers, ...own }) }) };
  return () => guard.canActivate(context as unknown as ExecutionContext);
}

describe('OriginGuard', () => {
  it.each([
    ['a program, which sends none', {}],
    ['the address that is asked', { origin: 'http://10.0.0.7:3000' }],
    ['PUBLIC_URL', { origin: 'https://clusters.example' }],
    ['VITE_API_URL', { origin: 'https://web.clusters.example', 'sec-fetch-site': 'same-site' }],
    ['the page itself', { origin: 'https://clusters.example', 'sec-fetch-site': 'same-origin' }],
  ])('lets %s pass', (_, headers) => {
    expect(ask(headers)()).toBe(true);
  });

  it.each([
    ['another site', { origin: 'https://evil.example' }],
    ['a sandboxed page', { origin: 'null' }],
    ['an empty one', { origin: '' }],
    ['another scheme', { origin: 'http://clusters.example' }],
    ['another port', { origin: 'https://clusters.example:8443' }],
    ['a name that begins alike', { origin: 'https://clusters.example.evil.example' }],
    ['a cross-site request without Origin', { 'sec-fetch-site': 'cross-site' }],
  ])('refuses %s', (_, headers) => {
    expect(ask(headers)).toThrow(ForeignOriginError);
  });
});
