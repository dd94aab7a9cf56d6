import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import supertest from 'supertest';
import { AppModule } from '../../src/app.module.js';
import { type AppConfig, readConfig } from '../../src/config/app-config.js';
import { configureHttp, httpAdapter } from '../../src/http.js';
import { createTestDatabase } from './database.js';
import { endsWithTheFile } from './left-open.js';

/** A service of its own for one test file, on a clean database, listening on a port that the system chose. */
export interface TestApp {
  app: NestFastifyApplication;
  config: AppConfig;
  /** Where it listens, without a path. */
  url: string;
  /** Requests to it by path. */
  http: ReturnType<typeof supertest>;
  close: () => Promise<void>;
}

/** Many accounts are opened from one address here, and quickly; tests of a limit set it. */
const SETTINGS = {
  SECRET_KEY: 'for-tests-only-'.repeat(4),
  PORT: '0',
  PASSWORD_COST: '10',
  LOGIN_FAILURES: '100000',
  ACCOUNT_FAILURES: '100000',
  REGISTRATIONS_PER_HOUR: '100000',
  REQUESTS_PER_MINUTE: '100000',
  QUEUED_RUNS: '100',
};

/**
 * Starts the built service over real HTTP.
 *
 * @param settings environment variables beyond those of the database, such as `{ JSON_LIMIT_MB: '1' }`
 */
export async function startApp(settings: NodeJS.ProcessEnv = {}): Promise<TestApp> {
  const database = await createTestDatabase();
  const config = readConfig({ ...SETTINGS, ...database.env, ...settings });
  const module = await Test.createTestingModule({ imports: [AppModule.register(config)] }).compile();
  const app = module.createNestApplication<NestFastifyApplication>(httpAdapter(config), { logger: ['fatal', 'error'] });
  await configureHttp(app, config);
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as { port: number };
  const url = `http://127.0.0.1:${port}`;
  return {
    app,
    config,
    url,
    http: supertest(url),
    close: endsWithTheFile(async () => {
      await app.close();
      await database.drop();
    }),
  };
}
