import { createHash, randomBytes } from 'node:crypto';

const BYTES = 32;

/** A fresh refresh token: 256 random bits in base64url. */
export function newRefreshToken(): string {
  return randomBytes(BYTES).toString('base64url');
}

/** What is stored of a token. Its 256 bits cannot be guessed, so one round of SHA-256 is enough. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
