import { Body, Controller, Delete, Get, Header, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../common/api-problems.decorator.js';
import { IdPipe } from '../common/ids.js';
import { jsonOf, mapPage, PageQuery } from '../common/paging.js';
import { Audited } from '../users/auth/audited.decorator.js';
import { CurrentUser } from '../users/auth/current-user.decorator.js';
import { OpenToKeys } from '../users/auth/open-to-keys.decorator.js';
import type { Principal } from '../users/auth/principal.js';
import { ChatsService } from './chats.service.js';
import { ChatDto, ChatPage, MessageDto, MessagePage, toChat } from './dto/chat-answers.dto.js';
import { CreateChatDto, CreateMessageDto, ListChatsQuery, UpdateChatDto } from './dto/chat-requests.dto.js';
import type { Message } from './message.entity.js';

@ApiTags('Chats')
@ApiBearerAuth()
@OpenToKeys()
@Controller('chats')
export class ChatsController {
  constructor(private readonly chats: ChatsService) {}

  @Post()
  @ApiOperation({ summary: 'Open a chat' })
  async create(@CurrentUser() user: Principal, @Body() body: CreateChatDto): Promise<ChatDto> {
    return toChat(await this.chats.create(user.userId, body.title));
  }

  @Get()
  @Header('Content-Type', 'application/json; charset=utf-8')
  @ApiOperation({ summary: 'My chats, newest activity first' })
  @ApiOkResponse({ type: ChatPage })
  async list(@CurrentUser() user: Principal, @Query() query: ListChatsQuery): Promise<string> {
    return jsonOf(await this.chats.list(user.userId, query.q, query));
  }

  @Get(':chatId')
  @ApiOperation({ summary: 'One chat' })
  async get(@CurrentUser() user: Principal, @Param('chatId', IdPipe) chatId: string): Promise<ChatDto> {
    return toChat(await this.chats.require(user.userId, chatId));
  }

  @Patch(':chatId')
  @ApiOperation({ summary: 'Rename a chat, or pin centers to it' })
  @ApiProblems(422)
  async update(
    @CurrentUser() user: Principal,
    @Param('chatId', IdPipe) chatId: string,
    @Body() body: UpdateChatDto,
  ): Promise<ChatDto> {
    return toChat(await this.chats.update(user.userId, chatId, body));
  }

  @Delete(':chatId')
  @Audited('chat.deleted', 'chatId')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a chat with all that is in it' })
  async delete(@CurrentUser() user: Principal, @Param('chatId', IdPipe) chatId: string): Promise<void> {
    await this.chats.delete(user.userId, chatId);
  }

  @Get(':chatId/messages')
  @ApiOperation({ summary: 'The messages of a chat, oldest first' })
  async listMessages(
    @CurrentUser() user: Principal,
    @Param('chatId', IdPipe) chatId: string,
    @Query() page: PageQuery,
  ): Promise<MessagePage> {
    return mapPage(await this.chats.listMessages(user.userId, chatId, page), toMessage);
  }

  @Post(':chatId/messages')
  @ApiOperation({ summary: 'Write a note' })
  async addNote(
    @CurrentUser() user: Principal,
    @Param('chatId', IdPipe) chatId: string,
    @Body() body: CreateMessageDto,
  ): Promise<MessageDto> {
    return toMessage(await this.chats.addNote(user.userId, chatId, body.text));
  }
}

function toMessage({ id, chatId, author, kind, text, datasetId, runId, centersId, createdAt }: Message): MessageDto {
  return {
    id,
    chatId,
    author,
    kind,
    text,
    ...(datasetId && { datasetId }),
    ...(runId && { runId }),
    ...(centersId && { centersId }),
    createdAt,
  };
}
