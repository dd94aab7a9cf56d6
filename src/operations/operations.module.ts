import { Module } from '@nestjs/common';
import { DatabaseMetrics } from './database-metrics.js';
import { HealthController } from './health.controller.js';
import { HealthService } from './health.service.js';
import { MetricsAccess } from './metrics-access.js';
import { MetricsController } from './metrics.controller.js';
import { WorkerPort } from './worker-port.js';

/** What whoever runs the service asks it. */
@Module({
  controllers: [HealthController, MetricsController],
  providers: [HealthService, MetricsAccess, DatabaseMetrics, WorkerPort],
})
export class OperationsModule {}
