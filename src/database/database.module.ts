import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { QueueModule } from './queue/queue.module.js';
import { type DatabaseConfig, ServiceDataSource } from './data-source.js';

/**
 * The one connection to the database, migrated before anything else runs, and the queue of jobs that is kept in it. The features bring their entities with
 * `TypeOrmModule.forFeature`.
 */
@Module({})
export class DatabaseModule {
  static register(config: DatabaseConfig): DynamicModule {
    const typeOrm = TypeOrmModule.forRootAsync({
      useFactory: () => ({
        autoLoadEntities: true,
        // What is wrong is said once and at once; whoever started the service may start it again.
        toRetry: () => false,
      }),
      dataSourceFactory: async (options) => {
        const dataSource = await new ServiceDataSource(config, options?.entities).initialize();
        try {
          await dataSource.runMigrations();
        } catch (error) {
          await dataSource.destroy();
          throw error;
        }
        return dataSource;
      },
    });
    return { module: DatabaseModule, imports: [typeOrm, QueueModule] };
  }
}
