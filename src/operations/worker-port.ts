import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DomainError } from '../common/errors.js';
import { Metrics } from '../common/metrics.js';
import { toProblem } from '../common/problem.js';
import { AppConfig } from '../config/app-config.js';
import { HealthService } from './health.service.js';
import { MetricsAccess } from './metrics-access.js';

/** A worker serves nobody, but it can be asked how it is and what it counts, where `WORKER_PORT` is set. */
@Injectable()
export class WorkerPort implements OnApplicationBootstrap, OnModuleDestroy {
  private server: Server | undefined;

  constructor(
    private readonly config: AppConfig,
    private readonly health: HealthService,
    private readonly metrics: Metrics,
    private readonly access: MetricsAccess,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { role, workerPort, host } = this.config;
    if (role !== 'worker' || workerPort === undefined) return;
    this.server = createServer((request, response) => void this.answer(request, response)).listen(workerPort, host);
    await once(this.server, 'listening');
  }

  onModuleDestroy(): void {
    this.server?.close();
    this.server?.closeAllConnections();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (request.url === '/metrics') {
        this.access.require(request);
        response
          .setHeader('Content-Type', this.metrics.registry.contentType)
          .end(await this.metrics.registry.metrics());
        return;
      }
      if (request.url === '/health/ready') await this.health.requireReady();
      else if (request.url !== '/health/live') response.statusCode = 404;
      response.end();
    } catch (error) {
      if (!(error instanceof DomainError)) new Logger('WorkerPort').error(String(error));
      response.statusCode = error instanceof DomainError ? toProblem(error).status : 500;
      response.end();
    }
  }
}
