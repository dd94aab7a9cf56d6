import { applyDecorators, SetMetadata } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';

export const IS_PUBLIC = 'centroid:public';

/** Fastify's view of a route, for checks that run before its body is read. */
export interface AccessConfig {
  public?: boolean;
}

/** Opens a route to everybody. A route without it needs a credential. */
export function Public(): MethodDecorator {
  return applyDecorators(SetMetadata(IS_PUBLIC, true), RouteConfig({ public: true } satisfies AccessConfig));
}
