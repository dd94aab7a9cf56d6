import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, StreamableFile } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import { ApiProblems } from '../common/api-problems.decorator.js';
import { IdPipe } from '../common/ids.js';
import { mapPage, PageQuery } from '../common/paging.js';
import { Audited } from '../users/auth/audited.decorator.js';
import { CurrentUser } from '../users/auth/current-user.decorator.js';
import { ApiIdempotent, CallKey } from '../users/idempotency/idempotency-key.decorator.js';
import { IdempotencyService } from '../users/idempotency/idempotency.service.js';
import { OpenToKeys } from '../users/auth/open-to-keys.decorator.js';
import type { Principal } from '../users/auth/principal.js';
import { toCentersDto } from './centers-view.js';
import { CentersService } from './centers.service.js';
import { CentersDto, CentersPage } from './dto/centers-answers.dto.js';
import { ExportQuery, ImportCentersDto, RenameCentersDto } from './dto/centers-requests.dto.js';

const EXPORTS = {
  'application/json': {
    schema: {
      type: 'object',
      description: 'The whole of the centers, as docs/centers-bundle.schema.json says.',
      additionalProperties: true,
    },
  },
  'text/csv': { schema: { type: 'string' } },
  'application/octet-stream': { schema: { type: 'string', format: 'binary' } },
  'text/x-python': { schema: { type: 'string' } },
};

@ApiTags('Centers')
@ApiBearerAuth()
@ApiProblems()
@OpenToKeys()
@Controller()
export class CentersController {
  constructor(
    private readonly centers: CentersService,
    private readonly idempotency: IdempotencyService,
  ) {}

  @Get('chats/:chatId/centers')
  @ApiOperation({ summary: 'The centers of a chat, newest first' })
  async list(
    @CurrentUser() user: Principal,
    @Param('chatId', IdPipe) chatId: string,
    @Query() page: PageQuery,
  ): Promise<CentersPage> {
    return mapPage(await this.centers.list(user.userId, chatId, page), toCentersDto);
  }

  @Post('chats/:chatId/centers')
  @ApiOperation({ summary: 'Bring centers from elsewhere', description: 'Plain numbers, or an exported bundle.' })
  @ApiExtraModels(ImportCentersDto)
  @ApiBody({
    schema: {
      oneOf: [
        { $ref: getSchemaPath(ImportCentersDto) },
        {
          type: 'object',
          description: 'What `GET /centers/{centersId}/export?format=json` answers.',
          required: ['format'],
          properties: { format: { type: 'string', enum: ['centroid.centers'] } },
          additionalProperties: true,
        },
      ],
    },
  })
  @ApiIdempotent()
  @ApiProblems(413, 422)
  async import(
    @CurrentUser() user: Principal,
    @Param('chatId', IdPipe) chatId: string,
    @Body() body: unknown,
    @CallKey() key: string | undefined,
  ): Promise<CentersDto> {
    const { userId } = user;
    return this.idempotency.once<CentersDto>(
      userId,
      key,
      `POST /chats/${chatId}/centers`,
      async (once) =>
        once.recall(body) ??
        toCentersDto(
          await this.centers.import(userId, chatId, body, (manager, made) => once.keep(manager, toCentersDto(made))),
        ),
    );
  }

  @Get('centers/:centersId')
  @ApiOperation({ summary: 'One set of centers' })
  async get(@CurrentUser() user: Principal, @Param('centersId', IdPipe) centersId: string): Promise<CentersDto> {
    return toCentersDto(await this.centers.require(user.userId, centersId));
  }

  @Patch('centers/:centersId')
  @ApiOperation({ summary: 'Rename centers; nothing else of them ever changes' })
  async rename(
    @CurrentUser() user: Principal,
    @Param('centersId', IdPipe) centersId: string,
    @Body() body: RenameCentersDto,
  ): Promise<CentersDto> {
    return toCentersDto(await this.centers.rename(user.userId, centersId, body.name));
  }

  @Delete('centers/:centersId')
  @Audited('centers.deleted', 'centersId')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Delete centers',
    description: "A pin on them goes; the newest that are left become the chat's latest.",
  })
  async delete(@CurrentUser() user: Principal, @Param('centersId', IdPipe) centersId: string): Promise<void> {
    await this.centers.delete(user.userId, centersId);
  }

  @Get('centers/:centersId/export')
  @Audited('centers.exported', 'centersId')
  @ApiOperation({ summary: 'Take centers along as a file' })
  @ApiOkResponse({ content: EXPORTS })
  async export(
    @CurrentUser() user: Principal,
    @Param('centersId', IdPipe) centersId: string,
    @Query() { format }: ExportQuery,
  ): Promise<StreamableFile> {
    const { content, type, name } = await this.centers.export(user.userId, centersId, format);
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    return new StreamableFile(bytes, { type, disposition: `attachment; filename="${name}"`, length: bytes.byteLength });
  }
}
