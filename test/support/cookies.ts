import { expect } from '@jest/globals';
import type { Response } from 'supertest';

/** The refresh token that an answer sets; undefined if it sets none. */
export function refreshTokenOf(answer: Response): string | undefined {
  const cookies = (answer.headers['set-cookie'] as unknown as string[] | undefined) ?? [];
  expect(cookies.length).toBeLessThanOrEqual(1);
  return /^refresh_token=([\w-]{43});/.exec(cookies[0] ?? '')?.[1];
}
