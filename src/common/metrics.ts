import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';

const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];
const RUN_SECONDS = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 4 * 3600, 24 * 3600];

/** What this process counts; the names follow Prometheus' own rules. Rows a second are a counter's `rate`. */
@Injectable()
export class Metrics implements OnModuleDestroy {
  readonly registry = new Registry();

  readonly requestSeconds = new Histogram({
    name: 'centroid_http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: REQUEST_SECONDS,
    registers: [this.registry],
  });
  readonly runSeconds = new Histogram({
    name: 'centroid_run_duration_seconds',
    help: 'Time that an attempt at a run took, by its outcome and, where there is one, its algorithm',
    labelNames: ['outcome', 'algorithm'] as const,
    buckets: RUN_SECONDS,
    registers: [this.registry],
  });
  readonly rows = new Counter({
    name: 'centroid_rows_total',
    help: 'Rows that were uploaded, predicted, and trained on (a row counts once a run)',
    labelNames: ['work'] as const,
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  onModuleDestroy(): void {
    this.registry.clear();
  }
}
