import { AsyncLocalStorage } from 'node:async_hooks';
import { ConsoleLogger, type LogLevel } from '@nestjs/common';

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export const LOG_FORMATS = ['text', 'json'] as const;

/** On behalf of what a line is written. */
export interface LogScope {
  requestId?: string;
  runId?: string;
}

const scopes = new AsyncLocalStorage<LogScope>();

/** Whatever is logged within `work`, however deep, bears the ids of the scope. */
export function withLogScope<Result>(scope: LogScope, work: () => Result): Result {
  return scopes.run({ ...scopes.getStore(), ...scope }, work);
}

export interface LogSettings {
  logLevel: (typeof LOG_LEVELS)[number];
  logFormat: (typeof LOG_FORMATS)[number];
}

const NEST_LEVELS: Record<LogSettings['logLevel'], LogLevel[]> = {
  error: ['fatal', 'error'],
  warn: ['fatal', 'error', 'warn'],
  info: ['fatal', 'error', 'warn', 'log'],
  debug: ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'],
};
/** What Nest says of every route and module that it wires: of use to nobody who runs this. */
const CHATTER = new Set(['InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestFactory', 'NestApplication']);

/** Where Nest tells what stops a start: whoever started it says so, in one sentence. */
const START_ERRORS = new Set(['ExceptionHandler', 'NestApplication']);

let gathered = '';

function writeGathered(): void {
  if (gathered === '') return;
  const lines = gathered;
  gathered = '';
  process.stdout.write(lines);
}
process.on('exit', writeGathered);

function gather(line: string): void {
  if (gathered === '') setImmediate(writeGathered);
  gathered += `${line}\n`;
}

type Words = Record<string, string | number>;

/** What every line has; what is told by such a name is not told. */
const HEAD = new Set(['time', 'level', 'pid', 'timestamp', 'message', 'context']);

/** Whether all that comes with a message are words and numbers by their names, and a context. */
function isSimple(rest: unknown[]): rest is [params: Words, context: string] {
  const [params, context] = rest;
  if (rest.length !== 2 || typeof context !== 'string' || typeof params !== 'object' || params === null) return false;
  if (Object.getPrototypeOf(params) !== Object.prototype) return false;
  return Object.entries(params).every(
    ([name, value]) => !HEAD.has(name) && (typeof value === 'string' || typeof value === 'number'),
  );
}

/** Lines for people, or one JSON object a line for programs; each with the ids of its {@link LogScope}. */
export class ServiceLogger extends ConsoleLogger {
  constructor({ logLevel, logFormat }: LogSettings) {
    const json = logFormat === 'json';
    super({
      json,
      logLevels: NEST_LEVELS[logLevel],
      colors: !json && process.stdout.isTTY,
      structuredParams: true,
      flattenParams: true,
    });
  }

  override log(message: unknown, ...rest: unknown[]): void {
    if (CHATTER.has(rest.at(-1) as string)) return;
    if (!this.options.json || !isSimple(rest)) super.log(message, ...(rest as [string?]));
    else if (this.isLevelEnabled('log')) this.writeSimple(message, ...rest);
  }

  /** The line that it would be anyway, without what values need that are no words and numbers: there is one a request. */
  private writeSimple(message: unknown, params: Words, context: string): void {
    const head = { time: new Date().toISOString(), level: 'log', pid: process.pid, message, context };
    gather(JSON.stringify({ ...head, ...params, ...scopes.getStore() }));
  }

  override error(message: unknown, ...rest: unknown[]): void {
    if (!START_ERRORS.has(rest.at(-1) as string)) super.error(message, ...(rest as [string?]));
  }

  protected override getJsonLogObject(...line: Parameters<ConsoleLogger['getJsonLogObject']>) {
    const { timestamp, ...object } = super.getJsonLogObject(...line);
    return { time: new Date(timestamp).toISOString(), ...object, ...scopes.getStore() } as unknown as ReturnType<
      ConsoleLogger['getJsonLogObject']
    >;
  }

  /** One line a request is many: those of one turn of the event loop are written together. What is wrong is written at once. */
  protected override printAsJson(...[message, options]: Parameters<ConsoleLogger['printAsJson']>): void {
    if (options.writeStreamType === 'stderr' || options.logLevel !== 'log') {
      writeGathered();
      super.printAsJson(message, options);
      return;
    }
    gather(this.stringifyJsonLogObject(this.getJsonLogObject(message, options)));
  }

  protected override formatContext(context: string): string {
    const ids = Object.values(scopes.getStore() ?? {}).join(' ');
    return super.formatContext(ids ? `${context} ${ids}` : context);
  }
}
