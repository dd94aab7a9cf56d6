import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

const MAX_USER_AGENT = 300;

/** Where a request comes from, as far as it can be told. */
export interface Client {
  address: string;
  userAgent: string | null;
  requestId: string;
}

export function clientOf(request: FastifyRequest): Client {
  const userAgent = request.headers['user-agent']?.slice(0, MAX_USER_AGENT) ?? null;
  return { address: request.ip, userAgent, requestId: request.id };
}

/** The {@link Client} of the request. */
export const FromClient = createParamDecorator((_: unknown, context: ExecutionContext): Client =>
  clientOf(context.switchToHttp().getRequest<FastifyRequest>()),
);
