import { describe, expect, it, jest } from '@jest/globals';
import { type ArgumentsHost, BadRequestException, ForbiddenException, Logger, NotFoundException } from '@nestjs/common';
import { QueryFailedError } from 'typeorm';
import { DomainError, NotFoundError } from './errors.js';
import { ProblemFilter } from './problem.filter.js';
import type { Problem } from './problem.js';

/** What a client sees when a handler throws. */
function answerTo(error: unknown, headersSent = false) {
  const headers: Record<string, string> = {};
  let body: Problem | undefined;
  const raw = { headersSent, destroy: jest.fn() };
  const reply = {
    raw,
    header: (name: string, value: string) => ((headers[name] = value), reply),
    status: () => reply,
    send: (problem: Problem) => ((body = problem), reply),
  };
  const http = { getResponse: () => reply, getRequest: () => ({ method: 'GET', url: '/api/v1/x?token=geheim' }) };
  new ProblemFilter().catch(error, { switchToHttp: () => http } as unknown as ArgumentsHost);
  return { headers, body, raw };
}

describe('ProblemFilter', () => {
  const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);

  it('answers a domain error with its status, code and places', () => {
    const errors = [{ path: 'rows.3.1', message: 'is not finite.' }];
    const { body, headers } = answerTo(new DomainError('impossible', 'dataset.not_finite', 'Row 3.', errors));
    expect(body).toEqual({
      type: 'about:blank',
      title: 'Unprocessable Entity',
      status: 422,
      detail: 'Row 3.',
      code: 'dataset.not_finite',
      errors,
    });
    expect(headers['Content-Type']).toContain('application/problem+json');
  });

  it('says how to sign in, and when to come back', () => {
    expect(answerTo(new DomainError('unauthenticated', 'auth.required', 'Sign in.')).headers).toMatchObject({
      'WWW-Authenticate': 'Bearer',
    });
    expect(answerTo(new DomainError('too-many', 'x', 'Slow.', undefined, 17)).headers).toMatchObject({
      'Retry-After': '17',
    });
  });

  it('answers an unknown path like an unknown id', () => {
    expect(answerTo(new NotFoundException('Cannot GET /x')).body).toEqual(answerTo(new NotFoundError()).body);
  });

  it('keeps the status of the framework', () => {
    expect(answerTo(new ForbiddenException('No.')).body).toMatchObject({ status: 403, detail: 'No.' });
    expect(
      answerTo(Object.assign(new Error('big'), { statusCode: 413, code: 'FST_ERR_CTP_BODY_TOO_LARGE' })).body,
    ).toMatchObject({
      status: 413,
      code: 'request.too_large',
    });
    expect(
      answerTo(new BadRequestException("Body is not valid JSON but content-type is set to 'application/json'")).body,
    ).toMatchObject({
      status: 400,
      code: 'request.invalid_json',
    });
  });

  it.each(['ECONNREFUSED', '57P01', '53300', '08006', '25006'])(
    'is unavailable while the database is away: %s',
    (code) => {
      const failed = new QueryFailedError('SELECT 1', [], Object.assign(new Error('gone'), { code }));
      const { body, headers } = answerTo(failed);
      expect(body).toMatchObject({ status: 503, code: 'service.database_away' });
      expect(headers['Retry-After']).toBeDefined();
    },
  );

  it.each([
    'timeout expired',
    'Connection terminated unexpectedly',
    'timeout exceeded when trying to connect',
    'Client has encountered a connection error and is not queryable',
  ])('is unavailable where the driver says: %s', (message) => {
    expect(answerTo(new Error(message)).body).toMatchObject({ status: 503, code: 'service.database_away' });
  });

  it('says that a disk is full, of the database or of this machine', () => {
    const full = new QueryFailedError('INSERT', [], Object.assign(new Error('no room'), { code: '53100' }));
    for (const error of [full, Object.assign(new Error('no room'), { code: 'ENOSPC' })]) {
      const { body, headers } = answerTo(error);
      expect(body).toMatchObject({ status: 503, code: 'service.disk_full' });
      expect(headers['Retry-After']).toBeDefined();
    }
  });

  it('tells nothing of a fault but that there was one, and logs it without the query string', () => {
    logged.mockClear();
    const { body } = answerTo(new TypeError('x is undefined at secret.ts:3'));
    expect(body).toMatchObject({ status: 500, code: 'service.fault' });
    expect(JSON.stringify(body)).not.toContain('secret');
    expect(logged).toHaveBeenCalledTimes(1);
    expect(logged.mock.calls[0]?.[0]).toBe('GET /api/v1/x 500');
  });

  it('cuts an answer that has begun', () => {
    const { body, raw } = answerTo(new Error('late'), true);
    expect(body).toBeUndefined();
    expect(raw.destroy).toHaveBeenCalled();
  });

  it.each([undefined, null, 'a string', 7, {}])('survives %j being thrown', (thrown) => {
    expect(answerTo(thrown).body).toMatchObject({ status: 500 });
  });
});
