import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, Repository } from 'typeorm';
import { AskedTogether } from '../common/asked-together.js';
import { afterTimed, type JsonPage, type Page, type PageQuery, readPage, toCursor } from '../common/paging.js';
import { type QuickRead, QuickReads } from '../database/quick-reads.js';
import { Chat } from './chat.entity.js';
import { Message } from './message.entity.js';

const NEWEST = listed('chats-newest', '');
const AFTER = listed('chats-after', 'AND (updated_at, id) < ($3, $4)');
const CENTERS: QuickRead = {
  name: 'chat-centers',
  text: `SELECT user_id, id, coalesce(pinned_centers_id, latest_centers_id) AS centers_id
    FROM unnest($1::uuid[], $2::uuid[]) AS asked (user_id, id) JOIN chats USING (user_id, id)`,
};
/** Chats that are looked up at once: a millisecond or so. */
const MOST_CHATS = 100;

/** The columns of a list, times in ISO 8601. */
type ListedChat = [
  id: string,
  title: string,
  latestCentersId: string | null,
  pinnedCentersId: string | null,
  createdAt: string,
  updatedAt: string,
];

type ChatKey = Pick<Chat, 'userId' | 'id'>;

function keyOf({ userId, id }: ChatKey): string {
  return `${userId} ${id}`;
}

/** Chats and their messages in the database; every query names the owner. */
@Injectable()
export class ChatsRepository {
  /** Undefined where there is no such chat. */
  readonly #centers = new AskedTogether<ChatKey, string | null | undefined>(async (asked) => {
    const keys = new Map(asked.map((key) => [keyOf(key), key]));
    const [users, ids] = [[...keys.values()].map(({ userId }) => userId), [...keys.values()].map(({ id }) => id)];
    const found = await this.reads.read<[string, string, string | null]>(CENTERS, [users, ids]);
    const centers = new Map(found.map(([userId, id, centersId]) => [keyOf({ userId, id }), centersId]));
    return asked.map((key) => centers.get(keyOf(key)));
  }, MOST_CHATS);

  constructor(
    @InjectRepository(Chat) private readonly chats: Repository<Chat>,
    @InjectRepository(Message) private readonly messages: Repository<Message>,
    private readonly reads: QuickReads,
  ) {}

  async insert(chat: Chat): Promise<void> {
    await this.chats.insert(chat);
  }

  find(userId: string, chatId: string): Promise<Chat | null> {
    return this.chats.findOneBy({ userId, id: chatId });
  }

  /**
   * The centers that a chat's predictions use at this moment: undefined where there is no such chat, null where it has
   * none. Those who ask at once are told by one query.
   */
  findCentersId(userId: string, chatId: string): Promise<string | null | undefined> {
    return this.#centers.ask({ userId, id: chatId });
  }

  /** The newest activity first. The service's most frequent answer: its text is made of the columns at once. */
  async list(userId: string, { limit, cursor }: PageQuery): Promise<JsonPage> {
    const rows =
      cursor === undefined
        ? await this.reads.read<ListedChat>(NEWEST, [userId, limit + 1])
        : await this.reads.read<ListedChat>(AFTER, [userId, limit + 1, ...afterTimed(cursor)]);
    const [id, , , , , updatedAt] = rows[limit - 1] ?? [];
    return {
      items: `[${rows.slice(0, limit).map(jsonOf).join()}]`,
      nextCursor: rows.length > limit ? toCursor(`${id} ${updatedAt}`) : null,
    };
  }

  /** Those with the given words in their title. */
  search(userId: string, titlePart: string, page: PageQuery): Promise<Page<Chat>> {
    const escaped = titlePart.replace(/[\\%_]/g, String.raw`\$&`);
    const query = this.chats
      .createQueryBuilder('chat')
      .where('chat.userId = :userId', { userId })
      .andWhere('chat.title ILIKE :titlePart', { titlePart: `%${escaped}%` });
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

function listed(name: string, beyond: string): QuickRead {
  return {
    name,
    text: `SELECT id, title, latest_centers_id, pinned_centers_id, created_at, updated_at
      FROM chats WHERE user_id = $1 ${beyond}
      ORDER BY updated_at DESC, id DESC LIMIT $2`,
  };
}

/** As `JSON.stringify` writes it. */
function jsonOf([id, title, latestCentersId, pinnedCentersId, createdAt, updatedAt]: ListedChat): string {
  return (
    `{"id":"${id}","title":${JSON.stringify(title)},"latestCentersId":${quote(latestCentersId)},` +
    `"pinnedCentersId":${quote(pinnedCentersId)},"createdAt":"${createdAt}","updatedAt":"${updatedAt}"}`
  );
}

function quote(id: string | null): string {
  return id === null ? 'null' : `"${id}"`;
}
