import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { NotFoundError } from '../common/errors.js';
import { newId } from '../common/ids.js';
import { type JsonPage, mapPage, type Page, type PageQuery } from '../common/paging.js';
import { isForeignKeyViolation } from '../database/errors.js';
import type { Chat } from './chat.entity.js';
import { PinNotFoundError } from './chats.errors.js';
import { ChatsRepository } from './chats.repository.js';
import { toChat } from './dto/chat-answers.dto.js';
import type { Message } from './message.entity.js';

/** What a module adds to a chat's notebook. */
export type NewMessage = Pick<Message, 'userId' | 'chatId' | 'author' | 'kind' | 'text'> &
  Partial<Pick<Message, 'datasetId' | 'runId' | 'centersId'>>;

/** Conversations and their messages. */
@Injectable()
export class ChatsService {
  private readonly deletionListeners: (() => void)[] = [];

  constructor(
    private readonly repository: ChatsRepository,
    private readonly dataSource: DataSource,
  ) {}

  async create(userId: string, title: string): Promise<Chat> {
    const now = new Date();
    const chat: Chat = {
      id: newId(),
      userId,
      title,
      latestCentersId: null,
      pinnedCentersId: null,
      createdAt: now,
      updatedAt: now,
    };
    await this.repository.insert(chat);
    return chat;
  }

  /** The owner's chats, the one with the newest activity first. */
  async list(userId: string, titlePart: string | undefined, page: PageQuery): Promise<JsonPage> {
    if (!titlePart) return this.repository.list(userId, page);
    const { items, nextCursor } = mapPage(await this.repository.search(userId, titlePart, page), toChat);
    return { items: JSON.stringify(items), nextCursor };
  }

  /** @throws NotFoundError when the chat does not exist or is somebody else's */
  async require(userId: string, chatId: string): Promise<Chat> {
    const chat = await this.repository.find(userId, chatId);
    if (!chat) throw new NotFoundError();
    return chat;
  }

  /** The centers that predictions on a chat use: the pinned ones, or else the latest; null where it has none. @throws NotFoundError */
  async requireCentersId(userId: string, chatId: string): Promise<string | null> {
    const centersId = await this.repository.findCentersId(userId, chatId);
    if (centersId === undefined) throw new NotFoundError();
    return centersId;
  }

  /**
   * Renames a chat, or pins centers to it; with null its predictions follow the latest again.
   *
   * @throws PinNotFoundError when the centers to pin are not this chat's
   */
  async update(
    userId: string,
    chatId: string,
    change: Partial<Pick<Chat, 'title' | 'pinnedCentersId'>>,
  ): Promise<Chat> {
    try {
      const found = await this.repository.update(userId, chatId, { ...change, updatedAt: new Date() });
      if (!found) throw new NotFoundError();
    } catch (error) {
      // Centers live in a module above: the database's foreign key knows whether they are this chat's.
      throw isForeignKeyViolation(error) ? new PinNotFoundError() : error;
    }
    return this.require(userId, chatId);
  }

  async delete(userId: string, chatId: string): Promise<void> {
    if (!(await this.repository.delete(userId, chatId))) throw new NotFoundError();
    for (const listener of this.deletionListeners) listener();
  }

  /** Has a module above told, in this process, that a chat is gone with all that was in it. */
  onDeleted(listener: () => void): void {
    this.deletionListeners.push(listener);
  }

  /** The messages of a chat, oldest first. */
  async listMessages(userId: string, chatId: string, page: PageQuery): Promise<Page<Message>> {
    await this.require(userId, chatId);
    return this.repository.listMessages(userId, chatId, page);
  }

  /** A note that the user wrote. */
  addNote(userId: string, chatId: string, text: string): Promise<Message> {
    return this.dataSource.transaction((manager) =>
      this.addMessage(manager, { userId, chatId, author: 'user', kind: 'text', text }),
    );
  }

  /**
   * Adds a message within the caller's transaction and moves the chat to the front of its owner's list.
   *
   * @throws NotFoundError when the chat does not exist or is somebody else's
   */
  async addMessage(manager: EntityManager, message: NewMessage): Promise<Message> {
    const { userId, chatId } = message;
    const createdAt = new Date();
    // The update first: it locks the chat's row, so that a chat deleted meanwhile is told by it and not by a foreign key.
    const found = await this.repository.update(userId, chatId, { updatedAt: createdAt }, manager);
    if (!found) throw new NotFoundError();
    const row: Message = { datasetId: null, runId: null, centersId: null, ...message, id: newId(), createdAt };
    await this.repository.insertMessage(manager, row);
    return row;
  }

  /** Makes these the centers that predictions on the chat use unless others are pinned. */
  async setLatestCenters(
    manager: EntityManager,
    userId: string,
    chatId: string,
    centersId: string | null,
  ): Promise<void> {
    const change = { latestCentersId: centersId, updatedAt: new Date() };
    if (!(await this.repository.update(userId, chatId, change, manager))) throw new NotFoundError();
  }

  /** Centers go: their pin is taken off, and the chat's latest is the one that is named instead. */
  async forgetCenters(
    manager: EntityManager,
    userId: string,
    chatId: string,
    centersId: string,
    nextLatestId: string | null,
  ): Promise<void> {
    await this.setLatestCenters(manager, userId, chatId, nextLatestId);
    await this.repository.unpin(manager, userId, chatId, centersId);
  }
}
