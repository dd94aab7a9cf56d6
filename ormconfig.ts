import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readDatabaseConfig } from './src/config/app-config.js';
import { ServiceDataSource } from './src/database/data-source.js';

// For TypeORM's command line, which runs what is built: `npm run migration:generate|run|revert|check`.
if (existsSync('.env')) process.loadEnvFile('.env');

export default new ServiceDataSource(readDatabaseConfig(process.env), [
  join(import.meta.dirname, 'src/**/*.entity.js'),
]);
