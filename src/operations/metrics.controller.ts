import { Controller, Get, Header, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ApiProblems } from '../common/api-problems.decorator.js';
import { Metrics } from '../common/metrics.js';
import { Public } from '../common/public.decorator.js';
import { MetricsAccess } from './metrics-access.js';

const TYPE = 'text/plain; version=0.0.4; charset=utf-8';

@ApiTags('Operations')
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly access: MetricsAccess,
  ) {}

  @Get()
  @Public()
  @Header('Content-Type', TYPE)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'What this process counts, in the Prometheus text format',
    description: 'For callers on the same machine, and for whoever bears METRICS_TOKEN.',
  })
  @ApiOkResponse({ content: { 'text/plain': { schema: { type: 'string' } } } })
  @ApiProblems(401)
  read(@Req() request: FastifyRequest): Promise<string> {
    this.access.require(request.raw);
    return this.metrics.registry.metrics();
  }
}
