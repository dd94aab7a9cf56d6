import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from './errors.js';
import { problem, type Problem, toProblem } from './problem.js';

const RETRY_SECONDS = 5;

/** What Fastify and its plugins throw before a handler runs, in words of our own. */
const FASTIFY: Record<string, [code: string, detail: string] | undefined> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['request.too_large', 'The body is larger than this service accepts.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['request.unsupported_type', 'This Content-Type is not accepted here.'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['request.invalid_json', 'The body is not valid JSON.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['request.invalid_json', 'The body is empty, but its Content-Type says JSON.'],
  FST_REQ_FILE_TOO_LARGE: ['request.too_large', 'The file is larger than this service accepts.'],
  FST_FILES_LIMIT: ['request.too_large', 'One file at a time, please.'],
};

/** Codes of pg, PostgreSQL (SQLSTATE) and Node that mean: the database is away, or is going. */
const DATABASE_AWAY = /^(ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|57P0[123]|53300|08\w{3})$/;

/** Turns whatever was thrown into one problem; the only place that knows both errors and HTTP. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Problem');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const answer = this.describe(error);
    // A domain error is an answer, also at 503; what nobody foresaw is a fault of the service.
    if (answer.status >= 500 && !(error instanceof DomainError)) {
      const request = http.getRequest<FastifyRequest>();
      const stack = error instanceof Error ? error.stack : String(error);
      this.logger.error(`${request.method} ${request.url.split('?')[0]} ${answer.status}`, stack);
    }
    if (reply.raw.headersSent) {
      // The answer has begun and cannot become a problem: cut it, so that nobody takes it for whole.
      reply.raw.destroy();
      return;
    }
    if (answer.status === 401) void reply.header('WWW-Authenticate', 'Bearer');
    const retry = error instanceof DomainError ? error.retryAfterSeconds : undefined;
    if (retry !== undefined || answer.status === 429 || answer.status === 503) {
      void reply.header('Retry-After', String(retry ?? RETRY_SECONDS));
    }
    void reply.status(answer.status).header('Content-Type', 'application/problem+json; charset=utf-8').send(answer);
  }

  private describe(error: unknown): Problem {
    if (error instanceof DomainError) return toProblem(error);
    if (error instanceof HttpException) {
      const status = error.getStatus();
      if (status === 404) return problem(404, 'not_found', 'There is nothing here, or it is not yours.');
      return problem(status, `http.${status}`, error.message);
    }
    const { code, statusCode, message } = (error ?? {}) as { code?: string; statusCode?: number; message?: string };
    if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
      const [word, detail] = FASTIFY[code ?? ''] ?? ['request.malformed', message ?? 'The request is malformed.'];
      // JSON.parse errors of Fastify carry no code of their own.
      return error instanceof SyntaxError
        ? problem(400, 'request.invalid_json', `The body is not valid JSON: ${error.message}.`)
        : problem(statusCode, word, detail);
    }
    if (isDatabaseAway(error)) {
      return problem(503, 'service.database_away', 'The database does not answer at the moment. Try again shortly.');
    }
    return problem(500, 'service.fault', 'Something went wrong in the service. It has been logged.');
  }
}

/** Whether an error, or what caused it, says that the database cannot be reached. */
export function isDatabaseAway(error: unknown): boolean {
  const { code, message, driverError, cause } = (error ?? {}) as Record<
    'code' | 'message' | 'driverError' | 'cause',
    unknown
  >;
  if (typeof code === 'string' && DATABASE_AWAY.test(code)) return true;
  if (typeof message === 'string' && /Connection terminated|timeout exceeded when trying to connect/.test(message)) {
    return true;
  }
  const inner = driverError ?? cause;
  return inner !== undefined && inner !== error && isDatabaseAway(inner);
}
