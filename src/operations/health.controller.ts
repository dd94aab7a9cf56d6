import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../common/api-problems.decorator.js';
import { Public } from '../common/public.decorator.js';
import { HealthService } from './health.service.js';

/** How the process is. */
export class HealthDto {
  @ApiProperty({ type: String, enum: ['ok'] })
  status!: 'ok';
}

@ApiTags('Operations')
@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get('live')
  @Public()
  @ApiOperation({ summary: 'Does the process turn?' })
  live(): HealthDto {
    return { status: 'ok' };
  }

  @Get('ready')
  @Public()
  @ApiOperation({ summary: 'Do the database and the queue answer?' })
  @ApiProblems(503)
  async ready(): Promise<HealthDto> {
    await this.health.requireReady();
    return { status: 'ok' };
  }
}
