import './config/node-version.js';
import { existsSync } from 'node:fs';
import { type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { type AppConfig, ConfigError, readConfig } from './config/app-config.js';
import { DatabaseStartError } from './database/data-source.js';
import { configureHttp, httpAdapter } from './http.js';

/** Nest tells every route it maps; whoever types `npm start` wants one screen. */
const logger = ['fatal', 'error', 'warn'] as const;

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
    logger: [...logger],
    abortOnError: false,
  });
  await configureHttp(app, config);
  stopOnSignals(app);
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
    logger: [...logger],
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

/** Ctrl+C and SIGTERM let go of what is open, in order, and leave with 0: the stop was asked for. */
function stopOnSignals(app: INestApplicationContext): void {
  app.enableShutdownHooks(undefined, { useProcessExit: true });
}
