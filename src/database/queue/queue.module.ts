import { Global, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ServiceDataSource } from '../data-source.js';
import { JobQueue } from './job-queue.js';

/** Makes {@link JobQueue} injectable everywhere; it runs as long as the application. */
@Global()
@Module({
  providers: [
    {
      provide: JobQueue,
      inject: [DataSource],
      useFactory: (dataSource: ServiceDataSource) => JobQueue.start(dataSource),
    },
  ],
  exports: [JobQueue],
})
export class QueueModule {}
