import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from './errors.js';
import { problem, type Problem, toProblem } from './problem.js';

const RETRY_SECONDS = 5;

/** What Fastify and Nest refuse before a handler runs, in words of our own. */
const REFUSED: Record<number, [code: string, detail: string] | undefined> = {
  404: ['not_found', 'There is nothing here, or it is not yours.'],
  413: ['request.too_large', 'The request is larger than this service accepts.'],
  415: ['request.unsupported_type', 'This Content-Type is not accepted here.'],
};

/**
 * Codes of pg, PostgreSQL (SQLSTATE) and Node that mean: the database is away, is going, takes no more connections, or
 * only lets itself be read, as one does that another has taken the place of.
 */
const DATABASE_AWAY =
  /^(ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|57P0[123]|25006|53000|53200|53300|08\w{3})$/;
/** What pg says of a connection that is lost, or does not come about. */
const DRIVER_AWAY = /Connection terminated|timeout expired|timeout exceeded when trying to connect|is not queryable/;
/** The disk is full: of the database, of this machine, or as far as this user may fill it. */
const DISK_FULL = /^(53100|ENOSPC|EDQUOT)$/;

/** Turns whatever was thrown into one problem; the only place that knows both errors and HTTP. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Problem');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const answer = this.describe(error);
    // A domain error is an answer, also at 503; what nobody foresaw is a fault of the service.
    // Nor is it one that the caller has hung up.
    if (answer.status >= 500 && !(error instanceof DomainError) && !reply.raw.destroyed) {
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
    const { statusCode, message } = (error ?? {}) as { statusCode?: number; message?: string };
    // Nest wraps most of what Fastify throws, and drops its code on the way.
    const status = error instanceof HttpException ? error.getStatus() : statusCode;
    if (status !== undefined && status >= 400 && status < 500) return refusal(status, message ?? '');
    if (hasCode(error, DISK_FULL)) {
      return problem(503, 'service.disk_full', 'There is no room left to store this. Nothing of it was kept.');
    }
    if (isDatabaseAway(error)) {
      return problem(503, 'service.database_away', 'The database does not answer at the moment. Try again shortly.');
    }
    return problem(500, 'service.fault', 'Something went wrong in the service. It has been logged.');
  }
}

function refusal(status: number, message: string): Problem {
  const known = REFUSED[status];
  if (known) return problem(status, ...known);
  if (status === 400 && message.includes('JSON'))
    return problem(400, 'request.invalid_json', 'The body is not valid JSON.');
  return problem(status, status === 400 ? 'request.malformed' : `http.${status}`, message);
}

/** Whether an error, or what caused it, says that the database cannot be reached. */
export function isDatabaseAway(error: unknown): boolean {
  return hasCode(error, DATABASE_AWAY, DRIVER_AWAY);
}

/** Whether it is no fault of what was to be written that it could not be: later it can. */
export function isForLater(error: unknown): boolean {
  return isDatabaseAway(error) || hasCode(error, DISK_FULL);
}

/** Whether an error, or what caused it, has such a code or message. */
function hasCode(error: unknown, codes: RegExp, messages?: RegExp): boolean {
  const { code, message, driverError, cause } = (error ?? {}) as Record<
    'code' | 'message' | 'driverError' | 'cause',
    unknown
  >;
  if (typeof code === 'string' && codes.test(code)) return true;
  if (typeof message === 'string' && messages?.test(message)) return true;
  const inner = driverError ?? cause;
  return inner !== undefined && inner !== error && hasCode(inner, codes, messages);
}
