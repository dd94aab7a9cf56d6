import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { hash } from 'node:crypto';
import { IS_PUBLIC } from '../../common/public.decorator.js';
import { KeyRefusedError, UnauthenticatedError } from '../users.errors.js';
import { AccountLimits } from './account-limits.js';
import { ApiKeyStrategy } from './api-key.strategy.js';
import { AuditService } from './audit.service.js';
import { bearerToken } from './bearer.js';
import { clientOf } from './client.decorator.js';
import { JwtStrategy } from './jwt.strategy.js';
import { KnownCredentials } from './known-credentials.js';
import { KEY_RULE, type KeyRule } from './open-to-keys.decorator.js';
import type { Principal } from './principal.js';

/** A request once its caller is known. */
export type SignedInRequest = FastifyRequest & { user?: Principal };

/** Closes every route to callers without a credential, save those that are marked `@Public()`. */
@Injectable()
export class AccessGuard extends AuthGuard() {
  constructor(
    jwt: JwtStrategy,
    keys: ApiKeyStrategy,
    private readonly reflector: Reflector,
    private readonly known: KnownCredentials,
    private readonly limits: AccountLimits,
    private readonly audit: AuditService,
  ) {
    super({
      // The strategies themselves, not their names: names are global in passport, and two services in one process would
      // share them. New ones each time: passport writes a request's callbacks into the strategy that it is given, so
      // requests that shared one would be answered with each other's user.
      get defaultStrategy() {
        return [jwt, keys].map((strategy) => Object.create(strategy) as string);
      },
    });
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, [context.getHandler(), context.getClass()])) return true;
    const request = context.switchToHttp().getRequest<SignedInRequest>();
    // The hook that runs before the body is read has done it already, where there is one.
    if (!request.user) await this.authenticate(context);
    if (request.user?.scopes) await this.checkKey(request.user, request, context);
    return true;
  }

  /**
   * Finds out who calls, puts the principal into the request, and counts it.
   *
   * @throws UnauthenticatedError, TooManyError
   */
  async authenticate(context: ExecutionContext): Promise<void> {
    const request = context.switchToHttp().getRequest<SignedInRequest>();
    const token = bearerToken(request.headers.authorization);
    if (token === undefined) throw new UnauthenticatedError();
    request.user = await this.known.recall(
      hash('sha256', token),
      () => this.examine(context),
      ({ endsAt = Infinity }) => endsAt,
    );
    await this.limits.request(request.user.userId);
  }

  /** Asks the strategies, and they the database. */
  private async examine(context: ExecutionContext): Promise<Principal> {
    await super.canActivate(context);
    return context.switchToHttp().getRequest<Required<SignedInRequest>>().user;
  }

  override handleRequest<T>(error: Error | null, user: T | false): T {
    if (error) throw error;
    if (!user) throw new UnauthenticatedError();
    return user;
  }

  /** Routes are closed to keys unless they say otherwise, and then want a scope. @throws KeyRefusedError */
  private async checkKey(key: Principal, request: SignedInRequest, context: ExecutionContext): Promise<void> {
    const targets = [context.getHandler(), context.getClass()];
    const rule = this.reflector.getAllAndOverride<KeyRule | undefined>(KEY_RULE, targets);
    const reads = request.method === 'GET' || request.method === 'HEAD';
    const needed = rule === 'by-method' ? (reads ? 'read' : 'train') : rule;
    if (needed && key.scopes?.includes(needed)) return;
    await this.audit.record('key.refused', key.userId, clientOf(request), key.apiKeyId);
    throw new KeyRefusedError(needed);
  }
}
