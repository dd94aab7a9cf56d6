import { Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiExtraModels, ApiOperation, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblems } from '../common/api-problems.decorator.js';
import { IdPipe } from '../common/ids.js';
import { mapPage, PageQuery } from '../common/paging.js';
import { Audited } from '../users/auth/audited.decorator.js';
import { CurrentUser } from '../users/auth/current-user.decorator.js';
import { ApiIdempotent, CallKey } from '../users/idempotency/idempotency-key.decorator.js';
import { IdempotencyService } from '../users/idempotency/idempotency.service.js';
import { OpenToKeys } from '../users/auth/open-to-keys.decorator.js';
import type { Principal } from '../users/auth/principal.js';
import type { Dataset } from './dataset.entity.js';
import { DatasetIntake } from './dataset-intake.js';
import { DatasetsService } from './datasets.service.js';
import { DatasetDto, DatasetPage, DatasetRowsDto } from './dto/dataset-answers.dto.js';
import { PreviewDto, PreviewQuery } from './dto/preview.dto.js';
import { PreviewsService } from './previews.service.js';
import { CreateRowsDto, RowsQuery, UploadFieldsDto } from './dto/dataset-requests.dto.js';

@ApiTags('Datasets')
@ApiBearerAuth()
@OpenToKeys()
@Controller()
export class DatasetsController {
  constructor(
    private readonly datasets: DatasetsService,
    private readonly intake: DatasetIntake,
    private readonly previews: PreviewsService,
    private readonly idempotency: IdempotencyService,
  ) {}

  @Post('chats/:chatId/datasets')
  @ApiExtraModels(CreateRowsDto, UploadFieldsDto)
  @ApiOperation({
    summary: 'Upload a table to a chat',
    description: 'A file (CSV, TSV, JSON, NDJSON, NPY, Parquet, Arrow IPC, each also gzipped), or rows as JSON.',
    requestBody: {
      required: true,
      content: {
        'multipart/form-data': {
          // The optional fields are told in words: Swagger UI would invent a value for each and send it.
          schema: {
            type: 'object',
            required: ['file'],
            properties: {
              file: {
                type: 'string',
                format: 'binary',
                description:
                  'The table. Beside it may stand the fields `name`, `delimiter`, `header`, `encoding`, `decimalComma`, ' +
                  '`dateOrder` and `missing`, as the schema UploadFieldsDto says.',
              },
            },
          },
        },
        'application/json': { schema: { $ref: getSchemaPath(CreateRowsDto) } },
      },
    },
  })
  @ApiIdempotent()
  @ApiProblems(413, 415, 422)
  create(
    @CurrentUser() user: Principal,
    @Param('chatId', IdPipe) chatId: string,
    @CallKey() key: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DatasetDto> {
    const { userId } = user;
    return this.idempotency.once<DatasetDto>(userId, key, `POST /chats/${chatId}/datasets`, (once) =>
      this.intake.take<DatasetDto>(userId, chatId, request, reply, {
        recall: once.recall,
        repeated: once.repeated,
        answer: toDto,
        keep: once.keep,
      }),
    );
  }

  @Get('chats/:chatId/datasets')
  @ApiOperation({ summary: 'The data sets of a chat, newest first' })
  async list(
    @CurrentUser() user: Principal,
    @Param('chatId', IdPipe) chatId: string,
    @Query() page: PageQuery,
  ): Promise<DatasetPage> {
    return mapPage(await this.datasets.list(user.userId, chatId, page), toDto);
  }

  @Get('datasets/:datasetId')
  @ApiOperation({ summary: 'One data set, with the profile of its columns' })
  async get(@CurrentUser() user: Principal, @Param('datasetId', IdPipe) datasetId: string): Promise<DatasetDto> {
    return toDto(await this.datasets.require(user.userId, datasetId));
  }

  @Delete('datasets/:datasetId')
  @Audited('dataset.deleted', 'datasetId')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a data set; ended runs on it and their centers stay' })
  @ApiProblems(409)
  async delete(@CurrentUser() user: Principal, @Param('datasetId', IdPipe) datasetId: string): Promise<void> {
    await this.datasets.delete(user.userId, datasetId);
  }

  @Get('datasets/:datasetId/rows')
  @ApiOperation({ summary: 'Rows of a data set' })
  rows(
    @CurrentUser() user: Principal,
    @Param('datasetId', IdPipe) datasetId: string,
    @Query() { offset, limit }: RowsQuery,
  ): Promise<DatasetRowsDto> {
    return this.datasets.rows(user.userId, datasetId, offset, limit);
  }

  @Get('datasets/:datasetId/preview')
  @ApiOperation({ summary: 'The first rows as training would see them' })
  @ApiProblems(422)
  preview(
    @CurrentUser() user: Principal,
    @Param('datasetId', IdPipe) datasetId: string,
    @Query() { columns, limit, metric, ...options }: PreviewQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PreviewDto> {
    const abort = new AbortController();
    reply.raw.once('close', () => {
      abort.abort();
    });
    return this.previews.preview(user.userId, datasetId, columns, { ...options, metric }, limit, abort.signal);
  }
}

function toDto(dataset: Dataset): DatasetDto {
  const { id, chatId, name, format, rowCount, columns, warnings, reading, sha256, sizeBytes, createdAt } = dataset;
  return { id, chatId, name, format, rowCount, columns, warnings, reading, sha256, sizeBytes, createdAt };
}
