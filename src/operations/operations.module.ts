import { Module } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { HealthService } from './health.service.js';

/** What whoever runs the service asks it. */
@Module({
  controllers: [HealthController],
  providers: [HealthService],
})
export class OperationsModule {}
