import { Global, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ServiceDataSource } from '../data-source.js';
import { QuickReads } from '../quick-reads.js';
import { JobQueue } from './job-queue.js';

/** Makes {@link JobQueue} and {@link QuickReads} injectable everywhere; they run as long as the application. */
@Global()
@Module({
  providers: [
    {
      provide: JobQueue,
      inject: [DataSource],
      useFactory: (dataSource: ServiceDataSource) => JobQueue.start(dataSource),
    },
    QuickReads,
  ],
  exports: [JobQueue, QuickReads],
})
export class QueueModule {}
