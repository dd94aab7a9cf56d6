import './config/node-version.js';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { Server, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { Draining } from './common/draining.js';
import { ServiceLogger } from './common/logging.js';
import { type AppConfig, ConfigError, readConfig } from './config/app-config.js';
import { DatabaseStartError } from './database/data-source.js';
import { configureHttp, httpAdapter } from './http.js';

/** Requests in hand may take so long to end once the process was asked to; then they are cut off. */
const FINISH_MS = 10_000;

try {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const config = readConfig(process.env);
  await (config.role === 'worker' ? startWorker(config) : startServer(config));
} catch (error) {
  const foreseen = error instanceof ConfigError || error instanceof DatabaseStartError;
  process.stderr.write(`\nCentroid cannot start. ${foreseen ? error.message : String((error as Error).stack)}\n\n`);
  process.exit(1);
}

async function startServer(config: AppConfig): Promise<void> {
  const started = performance.now();
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.register(config), httpAdapter(config), {
    logger: loggerOf(config),
    abortOnError: false,
  });
  await configureHttp(app, config);
  stopOnSignals(app, () => finishRequests(app.getHttpServer(), config.drainSeconds));
  await listen(app, config);
  const { port } = app.getHttpServer().address() as { port: number };
  const url = config.publicUrl.replace(/:0$/, `:${port}`);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`
  Centroid is ready (${seconds} s)

    Address   ${url}
    Swagger   ${url}/docs
    Data      ${config.databaseUrl ? 'PostgreSQL, as DATABASE_URL says' : `${config.dataDir} (embedded database)`}
    Work      ${config.role === 'api' ? 'left to workers (ROLE=api)' : 'runs are trained in this process'}

  Stop it with Ctrl+C; nothing is lost.

`);
}

async function startWorker(config: AppConfig): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule.register(config), {
    logger: loggerOf(config),
    abortOnError: false,
  });
  stopOnSignals(app);
  process.stdout.write('Centroid worker is ready: it trains the runs that the API accepts. Stop it with Ctrl+C.\n');
}

async function listen(app: NestFastifyApplication, { port, host }: AppConfig): Promise<void> {
  try {
    await app.listen(port, host);
  } catch (error) {
    await app.close();
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') throw new ConfigError(`PORT ${port} on ${host} is in use: set PORT to a free one.`);
    if (code === 'EACCES') throw new ConfigError(`PORT ${port} may not be opened by this user: set PORT above 1023.`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new ConfigError(`HOST ${host} is no address of this machine.`);
    }
    throw error;
  }
}

/** Whoever types `npm start` wants one screen and bad news; who keeps what is written wants all of it, to be searched. */
function loggerOf(config: AppConfig): ServiceLogger {
  const terminal = process.stdout.isTTY;
  return new ServiceLogger({
    logLevel: config.logLevel ?? (terminal ? 'warn' : 'info'),
    logFormat: config.logFormat ?? (terminal ? 'text' : 'json'),
  });
}

/**
 * Ctrl+C and SIGTERM: runs are given back and event streams ended at once, requests in hand are answered, then everything
 * is let go of, in order. The process leaves with 0, for the stop was asked for.
 *
 * @param finish resolves when nobody waits for an answer any more
 */
function stopOnSignals(app: INestApplicationContext, finish?: () => Promise<void>): void {
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    app.get(Draining).begin();
    await finish?.();
    await app.close();
    process.exit();
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stop().catch((error: unknown) => {
        process.stderr.write(`Centroid could not stop in order: ${String(error)}\n`);
        process.exit(1);
      });
    });
  }
}

/** Answers for another `drainSeconds`, then takes no more connections and waits for the requests that are in hand. */
async function finishRequests(server: Server, drainSeconds: number): Promise<void> {
  await sleep(drainSeconds * 1000);
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  const limit = setTimeout(() => {
    server.closeAllConnections();
  }, FINISH_MS);
  // Whoever asks again on a connection that is open is answered, and told to open another.
  server.on('request', (_request, response: ServerResponse) => response.setHeader('Connection', 'close'));
  const idle = setInterval(() => {
    server.closeIdleConnections();
  }, 100);
  await closed;
  clearTimeout(limit);
  clearInterval(idle);
}
