import './config/node-version.js';
import { existsSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { type AppConfig, readConfig } from './config/app-config.js';
import { configureHttp, httpAdapter } from './http.js';

/** Nest tells every route it maps; whoever types `npm start` wants one screen. */
const logger = ['fatal', 'error', 'warn'] as const;

try {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const config = readConfig(process.env);
  await (config.role === 'worker' ? startWorker(config) : startServer(config));
} catch (error) {
  const expected = error instanceof Error && error.constructor !== Error && !(error instanceof TypeError);
  process.stderr.write(`\nCentroid cannot start. ${expected ? error.message : String((error as Error).stack)}\n\n`);
  process.exit(1);
}

async function startServer(config: AppConfig): Promise<void> {
  const started = performance.now();
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.register(config), httpAdapter(config), {
    logger: [...logger],
    abortOnError: false,
  });
  await configureHttp(app, config);
  app.enableShutdownHooks();
  await app.listen(config.port, config.host);
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
  app.enableShutdownHooks();
  process.stdout.write('Centroid worker is ready: it trains the runs that the API accepts. Stop it with Ctrl+C.\n');
}
