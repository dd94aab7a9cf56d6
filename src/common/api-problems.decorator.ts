import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { STATUS_CODES } from 'node:http';

/** A problem with the given status, as an answer of an operation. */
export function problemAnswer(status: number) {
  return {
    description: STATUS_CODES[status] ?? '',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}

/**
 * Describes the problems that an operation of its own may answer with. Those that follow from its method, its path and
 * its being closed (400, 401, 403, 404, 413, 415, 429, 503) are added to all alike when the API is described.
 */
export function ApiProblems(...statuses: number[]): MethodDecorator & ClassDecorator {
  return applyDecorators(...statuses.map((status) => ApiResponse({ status, ...problemAnswer(status) })));
}
