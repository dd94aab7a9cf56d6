import { describe, expect, it } from '@jest/globals';
import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Strategy } from 'passport';
import { AccessGuard, type SignedInRequest } from './access.guard.js';
import type { AccountLimits } from './account-limits.js';
import type { ApiKeyStrategy } from './api-key.strategy.js';
import type { AuditService } from './audit.service.js';
import type { JwtStrategy } from './jwt.strategy.js';
import { KnownCredentials } from './known-credentials.js';

/** Answers the last request first, as a database may. */
class SlowStrategy extends Strategy {
  private readonly answers: (() => void)[] = [];

  override authenticate(request: { headers: { authorization?: string } }): void {
    this.answers.push(() => {
      this.success({ userId: request.headers.authorization?.slice('Bearer '.length) });
    });
    if (this.answers.length === 3) for (const answer of this.answers.toReversed()) answer();
  }
}

describe('AccessGuard', () => {
  it('gives each of several requests at once its own user', async () => {
    const guard = new AccessGuard(
      new SlowStrategy() as unknown as JwtStrategy,
      new SlowStrategy() as unknown as ApiKeyStrategy,
      new Reflector(),
      new KnownCredentials(),
      { request: () => Promise.resolve() } as unknown as AccountLimits,
      {} as AuditService,
    );
    const users = await Promise.all(
      ['ada', 'bob', 'eve'].map(async (authorization) => {
        const request = { headers: { authorization: `Bearer ${authorization}` } } as unknown as SignedInRequest;
        const http = { getRequest: () => request, getResponse: () => ({}) };
        await guard.authenticate({ switchToHttp: () => http } as unknown as ExecutionContext);
        return request.user?.userId;
      }),
    );
    expect(users).toEqual(['ada', 'bob', 'eve']);
  });
});
