import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Put, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../common/api-problems.decorator.js';
import { IdPipe } from '../common/ids.js';
import { mapPage, PageQuery } from '../common/paging.js';
import { type Client, FromClient } from './auth/client.decorator.js';
import { CurrentUser } from './auth/current-user.decorator.js';
import type { Principal } from './auth/principal.js';
import { ActivityPage, SessionPage, toActivity, toSession, toUser, UserDto } from './dto/account-answers.dto.js';
import { ChangePasswordDto, DeleteUserDto, UpdateUserDto } from './dto/account-requests.dto.js';
import { UsersService } from './users.service.js';

@ApiTags('Accounts')
@ApiBearerAuth()
@ApiProblems(403)
@Controller('users/me')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Get()
  @ApiOperation({ summary: 'My account' })
  async me(@CurrentUser() caller: Principal): Promise<UserDto> {
    return toUser(await this.users.me(caller.userId));
  }

  @Patch()
  @ApiOperation({ summary: 'Change my name' })
  @ApiProblems(409)
  async update(@CurrentUser() caller: Principal, @Body() body: UpdateUserDto): Promise<UserDto> {
    return toUser(await this.users.update(caller.userId, body));
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete my account and all that is mine' })
  async delete(
    @CurrentUser() caller: Principal,
    @Body() body: DeleteUserDto,
    @FromClient() client: Client,
  ): Promise<void> {
    await this.users.delete(caller.userId, body.password, client);
  }

  @Put('password')
  @HttpCode(204)
  @ApiOperation({ summary: 'Change my password; every other session ends' })
  async changePassword(
    @CurrentUser() caller: Principal,
    @Body() body: ChangePasswordDto,
    @FromClient() client: Client,
  ): Promise<void> {
    await this.users.changePassword(caller, body, client);
  }

  @Get('sessions')
  @ApiOperation({ summary: 'The devices that are signed in, newest first' })
  async listSessions(@CurrentUser() caller: Principal, @Query() page: PageQuery): Promise<SessionPage> {
    const sessions = await this.users.listSessions(caller.userId, page);
    return mapPage(sessions, (session) => toSession(session, caller.sessionId));
  }

  @Delete('sessions/:sessionId')
  @HttpCode(204)
  @ApiOperation({ summary: 'Sign a device out' })
  async endSession(
    @CurrentUser() caller: Principal,
    @Param('sessionId', IdPipe) sessionId: string,
    @FromClient() client: Client,
  ): Promise<void> {
    await this.users.endSession(caller.userId, sessionId, client);
  }

  @Get('activity')
  @ApiOperation({ summary: 'What was done to my account and with it, newest first' })
  async listActivity(@CurrentUser() caller: Principal, @Query() page: PageQuery): Promise<ActivityPage> {
    return mapPage(await this.users.listActivity(caller.userId, page), toActivity);
  }
}
