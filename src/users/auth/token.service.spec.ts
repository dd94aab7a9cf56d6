import { describe, expect, it } from '@jest/globals';
import { JwtService } from '@nestjs/jwt';
import { newId } from '../../common/ids.js';
import type { AppConfig } from '../../config/app-config.js';
import { TokenService } from './token.service.js';

const base = {
  secretKey: 'a'.repeat(32),
  secretKeyPrevious: undefined,
  algorithm: 'HS256',
  accessTokenMinutes: 30,
  publicUrl: 'https://clusters.example',
} as const;
const inAnHour = (): Date => new Date(Date.now() + 3_600_000);
const service = (change: Partial<AppConfig> = {}): TokenService =>
  new TokenService({ ...base, ...change } as AppConfig, new JwtService());
const part = (token: string, index: number): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[index], 'base64url').toString()) as Record<string, unknown>;

describe('TokenService', () => {
  const userId = newId();
  const sessionId = newId();

  it('signs what RFC 9068 asks for', () => {
    const { accessToken, expiresIn } = service().sign(userId, sessionId, inAnHour());
    expect(expiresIn).toBe(1800);
    const kid: unknown = expect.stringMatching(/^[\w-]{11}$/);
    expect(part(accessToken, 0)).toEqual({ alg: 'HS256', typ: 'at+jwt', kid });
    const payload = part(accessToken, 1);
    const { iat, jti } = payload as { iat: number; jti: string };
    expect(payload).toEqual({
      iss: base.publicUrl,
      aud: 'centroid',
      sub: userId,
      sid: sessionId,
      iat,
      exp: iat + 1800,
      jti,
    });
  });

  it('lets no token outlive its session', () => {
    const { expiresIn } = service().sign(userId, sessionId, new Date(Date.now() + 90_500));
    expect(expiresIn).toBe(90);
  });

  it('reads its own tokens, those of the previous key, and no others', () => {
    const { accessToken } = service().sign(userId, sessionId, inAnHour());
    const claims: unknown = expect.objectContaining({ sub: userId, sid: sessionId });
    expect(service().readExpired(accessToken)).toEqual(claims);
    const rotated = { secretKey: 'b'.repeat(32), secretKeyPrevious: base.secretKey };
    expect(service(rotated).readExpired(accessToken)).toEqual(claims);
    expect(service({ secretKey: 'b'.repeat(32) }).readExpired(accessToken)).toBeUndefined();
    expect(service({ publicUrl: 'https://elsewhere.example' }).readExpired(accessToken)).toBeUndefined();
    expect(service({ algorithm: 'HS512' }).readExpired(accessToken)).toBeUndefined();
  });

  it('signs with the new key once there is one', () => {
    const before = part(service().sign(userId, sessionId, inAnHour()).accessToken, 0);
    const after = service({ secretKey: 'b'.repeat(32), secretKeyPrevious: base.secretKey });
    expect(part(after.sign(userId, sessionId, inAnHour()).accessToken, 0).kid).not.toBe(before.kid);
  });

  it.each(['', '.', '..', 'null', 'bnVsbA.e30.x', '[].e30.x', '🦜.🦜.🦜', 'e30.e30.', 'a'.repeat(10_000)])(
    'takes %p for no token',
    (text) => {
      expect(service().keyFor(text)).toBeUndefined();
      expect(service().readExpired(text)).toBeUndefined();
    },
  );
});
