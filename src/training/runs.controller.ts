import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import { toCentersDto } from '../centers/centers-view.js';
import { CentersDto } from '../centers/dto/centers-answers.dto.js';
import { ApiProblems } from '../common/api-problems.decorator.js';
import { EmptyBodyPipe } from '../common/empty-body.pipe.js';
import { IdPipe } from '../common/ids.js';
import { mapPage, PageQuery } from '../common/paging.js';
import { CurrentUser } from '../users/auth/current-user.decorator.js';
import { ApiIdempotent, CallKey } from '../users/idempotency/idempotency-key.decorator.js';
import { IdempotencyService } from '../users/idempotency/idempotency.service.js';
import { OpenToKeys } from '../users/auth/open-to-keys.decorator.js';
import type { Principal } from '../users/auth/principal.js';
import { CreateRunDto } from './dto/create-run.dto.js';
import { KeepCentersDto } from './dto/keep-centers.dto.js';
import { LabelsDto, LabelsQuery, ProjectionDto, ProjectionQuery, RunDto, RunPage, SampleDto } from './dto/run.dto.js';
import { acceptedFormat, LABEL_FILES, LABEL_TYPES } from './labels-format.js';
import { RunCentersService } from './run-centers.service.js';
import { type RunEvent, RunEvents } from './run-events.js';
import { RunOutputsService } from './run-outputs.service.js';
import type { Run } from './run.entity.js';
import { RunsService } from './runs.service.js';

/** Seconds after which a new run is worth looking at. */
const RETRY_AFTER = '1';

const BYTES = { schema: { type: 'string', format: 'binary' } };
const LABELS = {
  'application/json': { schema: { $ref: getSchemaPath(LabelsDto) } },
  'text/csv': { schema: { type: 'string' } },
  [LABEL_TYPES.parquet]: BYTES,
  [LABEL_TYPES.arrow]: BYTES,
  [LABEL_TYPES['arrow-stream']]: BYTES,
};
const FOLLOW = {
  Location: { description: 'Where the run is', schema: { type: 'string', format: 'uri-reference' } },
  'Retry-After': { description: 'Seconds after which it is worth looking at', schema: { type: 'integer' } },
} as const;

@ApiTags('Runs')
@ApiBearerAuth()
@OpenToKeys()
@Controller()
export class RunsController {
  constructor(
    private readonly runs: RunsService,
    private readonly outputs: RunOutputsService,
    private readonly runCenters: RunCentersService,
    private readonly runEvents: RunEvents,
    private readonly idempotency: IdempotencyService,
  ) {}

  @Post('chats/:chatId/runs')
  @HttpCode(202)
  @ApiOperation({ summary: 'Ask for clusters' })
  @ApiIdempotent()
  @ApiAcceptedResponse({ type: RunDto, headers: FOLLOW })
  @ApiProblems(413, 422)
  async create(
    @CurrentUser() user: Principal,
    @Param('chatId', IdPipe) chatId: string,
    @Body() body: CreateRunDto,
    @CallKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RunDto> {
    const run = await this.idempotency.once<RunDto>(
      user.userId,
      key,
      `POST /chats/${chatId}/runs`,
      async (once) =>
        once.recall(body) ??
        toRun(await this.runs.create(user.userId, chatId, body, (manager, made) => once.keep(manager, toRun(made)))),
    );
    void reply.header('Location', `/api/v1/runs/${run.id}`).header('Retry-After', RETRY_AFTER);
    return run;
  }

  @Get('chats/:chatId/runs')
  @ApiOperation({ summary: 'The runs of a chat, newest first' })
  async list(
    @CurrentUser() user: Principal,
    @Param('chatId', IdPipe) chatId: string,
    @Query() page: PageQuery,
  ): Promise<RunPage> {
    return mapPage(await this.runs.list(user.userId, chatId, page), toRun);
  }

  @Get('runs/:runId')
  @ApiOperation({ summary: 'One run' })
  async get(@CurrentUser() user: Principal, @Param('runId', IdPipe) runId: string): Promise<RunDto> {
    return toRun(await this.runs.require(user.userId, runId));
  }

  @Post('runs/:runId/cancel')
  @HttpCode(200)
  @ApiOperation({ summary: 'End a run early; one that has ended stays as it is' })
  async cancel(
    @Body(EmptyBodyPipe) _body: unknown,
    @CurrentUser() user: Principal,
    @Param('runId', IdPipe) runId: string,
  ): Promise<RunDto> {
    return toRun(await this.runs.cancel(user.userId, runId));
  }

  @Post('runs/:runId/centers')
  @ApiOperation({
    summary: 'Keep another number of clusters of a range as centers',
    description: 'What the run found for it is stored: nothing is fitted anew, and the data set need not be there.',
  })
  @ApiIdempotent()
  @ApiProblems(409, 422)
  async keep(
    @CurrentUser() user: Principal,
    @Param('runId', IdPipe) runId: string,
    @Body() body: KeepCentersDto,
    @CallKey() key: string | undefined,
  ): Promise<CentersDto> {
    return this.idempotency.once<CentersDto>(
      user.userId,
      key,
      `POST /runs/${runId}/centers`,
      async (once) =>
        once.recall(body) ??
        toCentersDto(
          await this.runCenters.keep(user.userId, runId, body, (manager, made) =>
            once.keep(manager, toCentersDto(made)),
          ),
        ),
    );
  }

  @Get('runs/:runId/events')
  @ApiOperation({
    summary: 'Follow a run as it goes',
    description:
      'Server-sent events: `progress`, then one of `succeeded`, `failed`, `cancelled`, with which the stream ends. ' +
      'The data is always the whole run; the present state comes first. Read it with fetch: it needs the Bearer header.',
  })
  @ApiOkResponse({ description: 'Events', content: { 'text/event-stream': { schema: { type: 'string' } } } })
  async events(
    @CurrentUser() user: Principal,
    @Param('runId', IdPipe) runId: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.runs.require(user.userId, runId);
    const gone = new AbortController();
    const stream = Readable.from(serialise(this.runEvents.of(user.userId, runId, gone.signal)), { highWaterMark: 1 });
    stream.once('close', () => {
      gone.abort();
    });
    await reply
      .header('Content-Type', 'text/event-stream; charset=utf-8')
      .header('Cache-Control', 'no-store')
      // Reverse proxies would otherwise keep events back until they have a full buffer.
      .header('X-Accel-Buffering', 'no')
      .send(stream);
  }

  @Get('runs/:runId/labels')
  @ApiOperation({
    summary: 'The cluster of every row',
    description:
      'As JSON the clusters alone; as CSV, Parquet or Arrow (asked for by `format`, or else by `Accept`) the rows with a ' +
      'column `cluster` behind, whose cells are missing where a row was left out.',
  })
  @ApiExtraModels(LabelsDto)
  @ApiOkResponse({ description: 'Labels', content: LABELS })
  @ApiProblems(409)
  async labels(
    @CurrentUser() user: Principal,
    @Param('runId', IdPipe) runId: string,
    @Query() query: LabelsQuery,
    @Headers('accept') accept: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const format = query.format ?? acceptedFormat(accept);
    const pieces = await this.outputs.labels(user.userId, runId, format);
    if (format !== 'json') {
      void reply.header('Content-Disposition', `attachment; filename="${LABEL_FILES[format]}"`);
    }
    await reply.header('Content-Type', LABEL_TYPES[format]).header('Vary', 'Accept').send(Readable.from(pieces));
  }

  @Get('runs/:runId/projection')
  @ApiOperation({ summary: 'A seeded sample of the rows on the first two principal components of the prepared data' })
  @ApiProblems(409)
  projection(
    @CurrentUser() user: Principal,
    @Param('runId', IdPipe) runId: string,
    @Query() { limit }: ProjectionQuery,
  ): Promise<ProjectionDto> {
    return this.outputs.projection(user.userId, runId, limit);
  }

  @Get('runs/:runId/sample')
  @ApiOperation({
    summary: 'A seeded sample of the rows with their cluster, their place in the projection and their cells',
    description: 'Of wide tables fewer rows than asked for: at most 3,000,000 cells.',
  })
  @ApiOkResponse({ type: SampleDto })
  @ApiProblems(409)
  async sample(
    @CurrentUser() user: Principal,
    @Param('runId', IdPipe) runId: string,
    @Query() { limit }: ProjectionQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const pieces = await this.outputs.sample(user.userId, runId, limit);
    await reply.header('Content-Type', 'application/json; charset=utf-8').send(Readable.from(pieces));
  }
}

async function* serialise(events: AsyncGenerator<RunEvent>): AsyncGenerator<string> {
  for await (const { type, run } of events) yield `event: ${type}\ndata: ${JSON.stringify(toRun(run))}\n\n`;
}

function toRun(run: Run): RunDto {
  const { id, chatId, datasetId, status, params, progress, result, error } = run;
  const { attempts, createdAt, startedAt, finishedAt } = run;
  return {
    id,
    chatId,
    datasetId,
    status,
    params,
    progress,
    ...(result && { result }),
    ...(error && { error }),
    attempts,
    createdAt,
    startedAt,
    finishedAt,
  };
}
