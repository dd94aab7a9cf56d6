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
    if (!CHATTER.has(rest.at(-1) as string)) super.log(message, ...(rest as [string?]));
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
    if (gathered === '') setImmediate(writeGathered);
    gathered += `${this.stringifyJsonLogObject(this.getJsonLogObject(message, options))}\n`;
  }

  protected override formatContext(context: string): string {
    const ids = Object.values(scopes.getStore() ?? {}).join(' ');
    return super.formatContext(ids ? `${context} ${ids}` : context);
  }
}
