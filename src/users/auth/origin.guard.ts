import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppConfig } from '../../config/app-config.js';
import { ForeignOriginError } from '../users.errors.js';

/** For routes that act on the cookie alone: pages of other origins may not call them. Programs send no `Origin`. */
@Injectable()
export class OriginGuard implements CanActivate {
  readonly #origins: Set<string>;

  constructor(config: AppConfig) {
    this.#origins = new Set([new URL(config.publicUrl).origin, ...(config.webOrigin ? [config.webOrigin] : [])]);
  }

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { origin, 'sec-fetch-site': site } = request.headers;
    const own = `${request.protocol}://${request.host}`;
    if (site === 'cross-site' || (origin !== undefined && origin !== own && !this.#origins.has(origin))) {
      throw new ForeignOriginError();
    }
    return true;
  }
}
