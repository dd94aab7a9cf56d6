import { Body, Controller, Delete, Get, Header, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../common/api-problems.decorator.js';
import { IdPipe } from '../common/ids.js';
import { mapPage, PageQuery } from '../common/paging.js';
import { ApiKeysService } from './api-keys.service.js';
import { type Client, FromClient } from './auth/client.decorator.js';
import { CurrentUser } from './auth/current-user.decorator.js';
import type { Principal } from './auth/principal.js';
import { ApiKeyPage, CreateApiKeyDto, CreatedApiKeyDto, toApiKey } from './dto/api-keys.dto.js';

@ApiTags('Accounts')
@ApiBearerAuth()
@ApiProblems(403)
@Controller('users/me/api-keys')
export class ApiKeysController {
  constructor(private readonly keys: ApiKeysService) {}

  @Post()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Make a key for a program', description: '`key` is shown this once.' })
  @ApiProblems(409, 422)
  async create(
    @CurrentUser() caller: Principal,
    @Body() body: CreateApiKeyDto,
    @FromClient() client: Client,
  ): Promise<CreatedApiKeyDto> {
    const { stored, key } = await this.keys.create(caller.userId, body, client);
    return Object.assign(toApiKey(stored), { key });
  }

  @Get()
  @ApiOperation({ summary: 'My keys, newest first, without their secrets' })
  async list(@CurrentUser() caller: Principal, @Query() page: PageQuery): Promise<ApiKeyPage> {
    return mapPage(await this.keys.list(caller.userId, page), toApiKey);
  }

  @Delete(':keyId')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke a key; it is dead at once' })
  async revoke(
    @CurrentUser() caller: Principal,
    @Param('keyId', IdPipe) keyId: string,
    @FromClient() client: Client,
  ): Promise<void> {
    await this.keys.revoke(caller.userId, keyId, client);
  }
}
