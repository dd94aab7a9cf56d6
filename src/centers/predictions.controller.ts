import { Body, Controller, HttpCode, Param, Post, Query, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiBearerAuth, ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblems } from '../common/api-problems.decorator.js';
import { IdPipe } from '../common/ids.js';
import { CurrentUser } from '../users/auth/current-user.decorator.js';
import { OpenToKeys } from '../users/auth/open-to-keys.decorator.js';
import type { Principal } from '../users/auth/principal.js';
import { PredictionQuery } from './dto/centers-requests.dto.js';
import { PredictionRequestDto, PredictionsDto } from './dto/predictions.dto.js';
import { fileOf } from './files/file-bodies.js';
import { PredictionFilesService } from './files/prediction-files.service.js';
import { readPredictionBody } from './prediction-body.js';
import { PredictionsService } from './predictions.service.js';

const FILE = { type: 'string', format: 'binary' } as const;
const REQUEST_BODY = {
  required: true,
  content: {
    'application/json': { schema: { $ref: getSchemaPath(PredictionRequestDto) } },
    'text/csv': { schema: FILE },
    'text/tab-separated-values': { schema: FILE },
    'application/x-ndjson': { schema: FILE },
    'application/octet-stream': { schema: FILE },
    'application/vnd.apache.parquet': { schema: FILE },
    'application/vnd.apache.arrow.file': { schema: FILE },
    'application/vnd.apache.arrow.stream': { schema: FILE },
    'multipart/form-data': { schema: { type: 'object', required: ['file'], properties: { file: FILE } } },
  },
};
/** On the methods: what Nest tells of their return type would hide it on the class. */
const ANSWER = {
  content: {
    'application/json': { schema: { $ref: getSchemaPath(PredictionsDto) } },
    'text/csv': { schema: FILE },
    'text/tab-separated-values': { schema: FILE },
    'application/x-ndjson': { schema: FILE },
    'application/octet-stream': { schema: FILE },
    'application/vnd.apache.parquet': { schema: FILE },
    'application/vnd.apache.arrow.file': { schema: FILE },
    'application/vnd.apache.arrow.stream': { schema: FILE },
  },
};
const FILES =
  'A file (CSV, TSV, NDJSON, JSON, NPY, Parquet, Arrow; gzipped too) as the body, or as the part `file` of a form, is ' +
  'answered in kind: its rows with the columns `cluster`, `distance`, `runnerUp`, `margin` and `outlier` added. Columns are found ' +
  'by name; those that the centers do not know pass through.';

@ApiTags('Predictions')
@ApiBearerAuth()
@OpenToKeys('predict')
@ApiExtraModels(PredictionRequestDto, PredictionsDto)
@Controller()
export class PredictionsController {
  constructor(
    private readonly predictions: PredictionsService,
    private readonly files: PredictionFilesService,
  ) {}

  @Post('centers/:centersId/predictions')
  @HttpCode(200)
  @ApiOkResponse(ANSWER)
  @ApiOperation({
    summary: 'Which cluster does each row belong to?',
    description: FILES,
    requestBody: REQUEST_BODY,
  })
  @ApiProblems(413, 415, 422)
  predict(
    @CurrentUser() user: Principal,
    @Param('centersId', IdPipe) centersId: string,
    @Query() { detail }: PredictionQuery,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PredictionsDto | StreamableFile> {
    return this.answer(user.userId, centersId, detail === 'distances', body, request, reply);
  }

  @Post('chats/:chatId/predictions')
  @HttpCode(200)
  @ApiOkResponse(ANSWER)
  @ApiOperation({
    summary: "The same with the chat's pinned centers, or its latest when none are pinned",
    description: `An address that stays when the model is replaced. 409 \`chat.no_centers\` while the chat has none. ${FILES}`,
    requestBody: REQUEST_BODY,
  })
  @ApiProblems(409, 413, 415, 422)
  async predictInChat(
    @CurrentUser() user: Principal,
    @Param('chatId', IdPipe) chatId: string,
    @Query() { detail }: PredictionQuery,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PredictionsDto | StreamableFile> {
    const centersId = await this.predictions.centersOf(user.userId, chatId);
    return this.answer(user.userId, centersId, detail === 'distances', body, request, reply);
  }

  private async answer(
    userId: string,
    centersId: string,
    allDistances: boolean,
    body: unknown,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<PredictionsDto | StreamableFile> {
    const sent = await fileOf(request);
    if (!sent) return this.predictions.predict(userId, centersId, readPredictionBody(body), allDistances);
    const gone = new AbortController();
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) gone.abort();
    });
    const { stream, type, name } = await this.files.predict(userId, centersId, sent, allDistances, gone.signal);
    return new StreamableFile(stream, { type, disposition: `attachment; filename="${name}"` });
  }
}
