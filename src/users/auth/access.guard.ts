import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { IS_PUBLIC } from '../../common/public.decorator.js';
import { UnauthenticatedError } from '../users.errors.js';
import { AccountLimits } from './account-limits.js';
import { JwtStrategy } from './jwt.strategy.js';
import type { Principal } from './principal.js';

/** A request once its caller is known. */
export type SignedInRequest = FastifyRequest & { user?: Principal };

/** Closes every route to callers without a credential, save those that are marked `@Public()`. */
@Injectable()
export class AccessGuard extends AuthGuard() {
  constructor(
    strategy: JwtStrategy,
    private readonly reflector: Reflector,
    private readonly limits: AccountLimits,
  ) {
    super({
      // The strategy itself, not its name: names are global in passport, and two services in one process would share
      // it. A new one each time: passport writes a request's callbacks into the strategy that it is given, so requests
      // that shared one would be answered with each other's user.
      get defaultStrategy() {
        return Object.create(strategy) as string;
      },
    });
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, [context.getHandler(), context.getClass()])) return true;
    // The hook that runs before the body is read has done it already.
    if (context.switchToHttp().getRequest<SignedInRequest>().user) return true;
    return this.authenticate(context);
  }

  /**
   * Finds out who calls, puts the principal into the request, and counts it.
   *
   * @throws UnauthenticatedError, TooManyError
   */
  async authenticate(context: ExecutionContext): Promise<boolean> {
    await super.canActivate(context);
    await this.limits.request(context.switchToHttp().getRequest<Required<SignedInRequest>>().user.userId);
    return true;
  }

  override handleRequest<T>(error: Error | null, user: T | false): T {
    if (error) throw error;
    if (!user) throw new UnauthenticatedError();
    return user;
  }
}
