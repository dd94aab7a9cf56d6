import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, Repository } from 'typeorm';
import { type Page, type PageQuery, readPage } from '../common/paging.js';
import { Chat } from './chat.entity.js';
import { Message } from './message.entity.js';

/** Chats and their messages in the database; every query names the owner. */
@Injectable()
export class ChatsRepository {
  constructor(
    @InjectRepository(Chat) private readonly chats: Repository<Chat>,
    @InjectRepository(Message) private readonly messages: Repository<Message>,
  ) {}

  async insert(chat: Chat): Promise<void> {
    await this.chats.insert(chat);
  }

  find(userId: string, chatId: string): Promise<Chat | null> {
    return this.chats.findOneBy({ userId, id: chatId });
  }

  list(userId: string, titlePart: string | undefined, page: PageQuery): Promise<Page<Chat>> {
    const query = this.chats.createQueryBuilder('chat').where('chat.userId = :userId', { userId });
    if (titlePart) {
      const escaped = titlePart.replace(/[\\%_]/g, String.raw`\$&`);
      query.andWhere('chat.title ILIKE :titlePart', { titlePart: `%${escaped}%` });
    }
    return readPage(query, page, { direction: 'DESC', time: 'updatedAt' });
  }

  /** Changes a chat if it is the owner's; whether it was. */
  async update(
    userId: string,
    chatId: string,
    change: Partial<Pick<Chat, 'title' | 'latestCentersId' | 'pinnedCentersId' | 'updatedAt'>>,
    manager: EntityManager = this.chats.manager,
  ): Promise<boolean> {
    const { affected } = await manager.update(Chat, { userId, id: chatId }, change);
    return affected === 1;
  }

  /** Takes the pin off the given centers, where it sits on them. */
  async unpin(manager: EntityManager, userId: string, chatId: string, centersId: string): Promise<void> {
    await manager.update(Chat, { userId, id: chatId, pinnedCentersId: centersId }, { pinnedCentersId: null });
  }

  /** Deletes a chat and, by cascade, all that is in it; whether there was one. */
  async delete(userId: string, chatId: string): Promise<boolean> {
    const { affected } = await this.chats.delete({ userId, id: chatId });
    return affected === 1;
  }

  async insertMessage(manager: EntityManager, message: Message): Promise<void> {
    await manager.insert(Message, message);
  }

  listMessages(userId: string, chatId: string, page: PageQuery): Promise<Page<Message>> {
    const query = this.messages
      .createQueryBuilder('message')
      .where('message.userId = :userId AND message.chatId = :chatId', { userId, chatId });
    return readPage(query, page, { direction: 'ASC' });
  }
}
