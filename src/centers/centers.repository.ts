import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, Repository } from 'typeorm';
import { type Page, type PageQuery, readPage } from '../common/paging.js';
import { Centers } from './centers.entity.js';

/** How many values one page of a list holds at most; it then ends early and `nextCursor` goes on. */
const PAGE_VALUES = 1_000_000;

/** Centers in the database; every query names the owner. */
@Injectable()
export class CentersRepository {
  constructor(@InjectRepository(Centers) private readonly centers: Repository<Centers>) {}

  async insert(manager: EntityManager, centers: Centers): Promise<void> {
    await manager.insert(Centers, centers);
  }

  /** The next version number of a chat; two callers at once get two numbers. */
  async nextVersion(manager: EntityManager, userId: string, chatId: string): Promise<number> {
    const [{ last }] = await manager.query<[{ last: number }]>(
      `INSERT INTO centers_counters (user_id, chat_id, last) VALUES ($1, $2, 1)
       ON CONFLICT (user_id, chat_id) DO UPDATE SET last = centers_counters.last + 1 RETURNING last`,
      [userId, chatId],
    );
    return last;
  }

  find(userId: string, id: string): Promise<Centers | null> {
    return this.centers.findOneBy({ userId, id });
  }

  /** Keeps centers from being deleted until the transaction ends; null when they are gone. */
  hold(manager: EntityManager, userId: string, id: string): Promise<Pick<Centers, 'id' | 'clusterNames'> | null> {
    return manager.findOne(Centers, {
      select: { id: true, clusterNames: true },
      where: { userId, id },
      lock: { mode: 'for_key_share' },
    });
  }

  async exists(userId: string, id: string): Promise<boolean> {
    const found = await this.centers.manager.query<unknown[]>(`SELECT 1 FROM centers WHERE user_id = $1 AND id = $2`, [
      userId,
      id,
    ]);
    return found.length === 1;
  }

  /** The newest centers of a chat that are left, or null. */
  async findLatestId(manager: EntityManager, userId: string, chatId: string): Promise<string | null> {
    const [latest] = await manager.find(Centers, {
      select: { id: true },
      where: { userId, chatId },
      order: { version: 'DESC' },
      take: 1,
    });
    return (latest as Centers | undefined)?.id ?? null;
  }

  /** Newest first. */
  async list(userId: string, chatId: string, page: PageQuery): Promise<Page<Centers>> {
    const query = () =>
      this.centers
        .createQueryBuilder('centers')
        .where('centers.userId = :userId AND centers.chatId = :chatId', { userId, chatId });
    const light = query().select(['centers.id', 'centers.k', 'centers.columns']);
    const { items } = await readPage(light, page, { direction: 'DESC' });
    let values = 0;
    const fitting = items.findIndex(({ k, columns }) => (values += k * columns.length) > PAGE_VALUES);
    const limit = fitting < 0 ? page.limit : Math.max(1, fitting);
    return readPage(query(), { limit, cursor: page.cursor }, { direction: 'DESC' });
  }

  async update(userId: string, id: string, change: Pick<Centers, 'name'>): Promise<boolean> {
    const { affected } = await this.centers.update({ userId, id }, change);
    return affected === 1;
  }

  /** Whether there was such a cluster of the owner's. Two names given at once to two clusters are both kept. */
  async nameCluster(userId: string, id: string, cluster: number, name: string | null): Promise<boolean> {
    const [, affected] = await this.centers.manager.query<[unknown, number]>(
      `UPDATE centers SET cluster_names = jsonb_set(cluster_names, ARRAY[$3::text], $4::jsonb)
       WHERE user_id = $1 AND id = $2 AND k > $3::integer`,
      [userId, id, cluster, JSON.stringify(name)],
    );
    return affected === 1;
  }

  async delete(manager: EntityManager, userId: string, id: string): Promise<boolean> {
    const { affected } = await manager.delete(Centers, { userId, id });
    return affected === 1;
  }
}
