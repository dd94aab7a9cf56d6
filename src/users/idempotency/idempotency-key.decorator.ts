import { applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ApiProblems } from '../../common/api-problems.decorator.js';
import { InvalidRequestError } from '../../common/validation.js';

const HEADER = 'Idempotency-Key';

/** The key that the caller gave this call, if any. @throws InvalidRequestError */
export const CallKey = createParamDecorator((_: unknown, context: ExecutionContext): string | undefined => {
  const key = context.switchToHttp().getRequest<FastifyRequest>().headers[HEADER.toLowerCase()];
  if (key === undefined || (typeof key === 'string' && /^[!-~]{1,255}$/.test(key))) return key;
  throw new InvalidRequestError([{ path: HEADER, message: 'must be 1 to 255 visible characters.' }]);
});

/** Describes a route that takes an `Idempotency-Key`. */
export function ApiIdempotent(): MethodDecorator {
  return applyDecorators(
    ApiHeader({
      name: HEADER,
      required: false,
      description:
        'Makes it safe to repeat the call when its answer was not heard: the same key with the same content is answered ' +
        'as the first time, and nothing is made twice. 409 with other content, or while the first call is in flight.',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    }),
    ApiProblems(409),
  );
}
