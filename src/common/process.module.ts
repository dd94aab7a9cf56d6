import { Global, Module } from '@nestjs/common';
import { Draining } from './draining.js';
import { Metrics } from './metrics.js';

/** What there is one of in a process, and every module may need. */
@Global()
@Module({ providers: [Draining, Metrics], exports: [Draining, Metrics] })
export class ProcessModule {}
