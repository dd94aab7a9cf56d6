import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { type Page, type PageQuery, readPage } from '../../common/paging.js';
import { ApiKey } from './api-key.entity.js';
import type { Principal, Scope } from './principal.js';

/** What makes a key `k` of a user `u` good. */
const ALIVE = '(k.expires_at IS NULL OR k.expires_at > now()) AND u.disabled_at IS NULL';

/** API keys in the database. */
@Injectable()
export class ApiKeysRepository {
  constructor(@InjectRepository(ApiKey) private readonly keys: Repository<ApiKey>) {}

  async insert(key: ApiKey): Promise<void> {
    await this.keys.insert(key);
  }

  /** Whom a key speaks for, if it is good at this moment; that it was used is noted once a minute. */
  async authenticate(hash: Buffer): Promise<Principal | undefined> {
    const rows = await this.keys.query<KeyRow[]>(
      `SELECT k.id, k.user_id, k.scopes, k.expires_at,
         (k.last_used_at IS NULL OR k.last_used_at < now() - interval '1 minute') AS stale
       FROM api_keys k JOIN users u ON u.id = k.user_id
       WHERE k.hash = $1 AND ${ALIVE}`,
      [hash],
    );
    const key = rows.at(0);
    if (!key) return undefined;
    if (key.stale) await this.keys.query('UPDATE api_keys SET last_used_at = now() WHERE id = $1', [key.id]);
    const endsAt = key.expires_at?.getTime();
    return { userId: key.user_id, apiKeyId: key.id, scopes: key.scopes, ...(endsAt !== undefined && { endsAt }) };
  }

  /** Those of the given keys that are good. */
  async alive(keyIds: string[]): Promise<string[]> {
    const rows = await this.keys.query<{ id: string }[]>(
      `SELECT k.id FROM api_keys k JOIN users u ON u.id = k.user_id WHERE k.id = ANY ($1) AND ${ALIVE}`,
      [keyIds],
    );
    return rows.map(({ id }) => id);
  }

  list(userId: string, page: PageQuery): Promise<Page<ApiKey>> {
    return readPage(this.keys.createQueryBuilder('key').where({ userId }), page, { direction: 'DESC' });
  }

  count(userId: string): Promise<number> {
    return this.keys.countBy({ userId });
  }

  /** Whether there was one. */
  async delete(userId: string, keyId: string): Promise<boolean> {
    const { affected } = await this.keys.delete({ userId, id: keyId });
    return affected === 1;
  }
}

interface KeyRow {
  id: string;
  user_id: string;
  scopes: Scope[];
  expires_at: Date | null;
  stale: boolean;
}
