import { createHash, randomBytes } from 'node:crypto';

const BYTES = 32;
/** Scanners find keys in published code by it. */
const KEY_PREFIX = 'centroid_';
const KEY = new RegExp(`^${KEY_PREFIX}[\\w-]{43}$`);
/** What is shown of a key later: too little to guess the rest, enough to tell keys apart. */
const SHOWN = KEY_PREFIX.length + 6;

/** 256 random bits in base64url. */
export function newRefreshToken(): string {
  return randomBytes(BYTES).toString('base64url');
}

/** A prefix and 256 random bits. */
export function newApiKey(): { key: string; prefix: string } {
  const key = KEY_PREFIX + randomBytes(BYTES).toString('base64url');
  return { key, prefix: key.slice(0, SHOWN) };
}

/** Whether a bearer token looks like an API key. */
export function isApiKey(token: string): boolean {
  return KEY.test(token);
}

/** What is stored of a token or key. Its 256 bits cannot be guessed, so one round of SHA-256 is enough. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
