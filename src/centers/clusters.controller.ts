import {
  Body,
  Controller,
  Get,
  HttpCode,
  Injectable,
  Param,
  Patch,
  type PipeTransform,
  Post,
  Query,
} from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../common/api-problems.decorator.js';
import { NotFoundError } from '../common/errors.js';
import { IdPipe } from '../common/ids.js';
import { PageQuery } from '../common/paging.js';
import { CurrentUser } from '../users/auth/current-user.decorator.js';
import { OpenToKeys } from '../users/auth/open-to-keys.decorator.js';
import type { Principal } from '../users/auth/principal.js';
import { ClustersService } from './clusters.service.js';
import { ClusterDto, ClusterPage, ExplanationDto, ExplanationRequestDto, NameClusterDto } from './dto/clusters.dto.js';

/** A cluster's number; what is none names no cluster. */
@Injectable()
class ClusterPipe implements PipeTransform<string, number> {
  transform(value: string): number {
    if (!/^(?:0|[1-9]\d{0,5})$/.test(value)) throw new NotFoundError();
    return Number(value);
  }
}

@ApiTags('Clusters')
@ApiBearerAuth()
@OpenToKeys()
@Controller('centers/:centersId')
export class ClustersController {
  constructor(private readonly clusters: ClustersService) {}

  @Get('clusters')
  @ApiOperation({ summary: 'Profiles of the clusters: what sets each apart' })
  @ApiProblems()
  list(
    @CurrentUser() user: Principal,
    @Param('centersId', IdPipe) centersId: string,
    @Query() page: PageQuery,
  ): Promise<ClusterPage> {
    return this.clusters.list(user.userId, centersId, page);
  }

  @Patch('clusters/:cluster')
  @ApiOperation({ summary: 'Name a cluster' })
  @ApiParam({ name: 'cluster', type: 'integer' })
  @ApiProblems()
  name(
    @CurrentUser() user: Principal,
    @Param('centersId', IdPipe) centersId: string,
    @Param('cluster', ClusterPipe) cluster: number,
    @Body() body: NameClusterDto,
  ): Promise<ClusterDto> {
    return this.clusters.name(user.userId, centersId, cluster, body.name);
  }

  @Post('explanations')
  @OpenToKeys('predict')
  @HttpCode(200)
  @ApiOperation({ summary: 'How each column speaks for the cluster of a row against the runner-up' })
  @ApiBody({ type: ExplanationRequestDto })
  @ApiProblems(422)
  explain(
    @CurrentUser() user: Principal,
    @Param('centersId', IdPipe) centersId: string,
    @Body() body: unknown,
  ): Promise<ExplanationDto> {
    return this.clusters.explain(user.userId, centersId, body);
  }
}
