import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ServiceLogger, withLogScope } from './logging.js';

describe('a line of the log', () => {
  let written = '';

  beforeEach(() => {
    written = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written += String(text);
      return true;
    });
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  const lineOf = async (log: (logger: ServiceLogger) => void): Promise<Record<string, unknown>> => {
    const logger = new ServiceLogger({ logLevel: 'info', logFormat: 'json' });
    withLogScope({ runId: 'run' }, () => {
      log(logger);
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(written.endsWith('\n')).toBe(true);
    return JSON.parse(written) as Record<string, unknown>;
  };

  const HEAD = {
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as unknown,
    level: 'log',
    pid: process.pid,
    message: 'GET /"x" 200',
    context: 'Http',
    runId: 'run',
  };

  it.each([
    ['words and numbers', { requestId: 'a "b"', milliseconds: 1.5 }],
    ['values of other kinds', { rows: [1, { two: 2 }], much: 10n, nothing: null }],
    ['names that every line has', { message: 'another', level: 'error', pid: 1 }],
  ])('tells %s by their names', async (_what, params) => {
    const line = await lineOf((logger) => {
      logger.log('GET /"x" 200', params, 'Http');
    });
    const told = JSON.parse(
      JSON.stringify(params, (_name, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    ) as object;
    expect(line).toEqual({ ...told, ...HEAD });
    expect(Object.keys(line).slice(0, 5)).toEqual(['time', 'level', 'pid', 'message', 'context']);
  });

  it('is not written below its level', async () => {
    const logger = new ServiceLogger({ logLevel: 'warn', logFormat: 'json' });
    logger.log('quiet', { a: 1 }, 'Http');
    logger.log('quiet', 'Http');
    await new Promise((resolve) => setImmediate(resolve));
    expect(written).toBe('');
  });
});
