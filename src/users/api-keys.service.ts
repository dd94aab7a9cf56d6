import { Injectable } from '@nestjs/common';
import { NotFoundError } from '../common/errors.js';
import { newId } from '../common/ids.js';
import type { Page, PageQuery } from '../common/paging.js';
import type { ApiKey } from './auth/api-key.entity.js';
import { ApiKeysRepository } from './auth/api-keys.repository.js';
import { AuditService } from './auth/audit.service.js';
import type { Client } from './auth/client.decorator.js';
import { KnownCredentials } from './auth/known-credentials.js';
import { type Scope, SCOPES } from './auth/principal.js';
import { hashSecret, newApiKey } from './auth/secrets.js';
import { ExpiredKeyError, TooManyKeysError } from './users.errors.js';

const MAX_KEYS = 100;

/** The keys that users hand to their programs. */
@Injectable()
export class ApiKeysService {
  constructor(
    private readonly keys: ApiKeysRepository,
    private readonly audit: AuditService,
    private readonly known: KnownCredentials,
  ) {}

  /**
   * @param expiresAt when it dies by itself; without one it lives until it is revoked
   * @param scopes what it may do; everything that a key can, if not said
   * @returns the key with its secret, which nobody can be told again
   * @throws ExpiredKeyError, TooManyKeysError
   */
  async create(
    userId: string,
    { name, expiresAt, scopes }: { name: string; expiresAt?: string | null; scopes?: Scope[] },
    client: Client,
  ): Promise<{ stored: ApiKey; key: string }> {
    const end = expiresAt ? new Date(expiresAt) : null;
    if (end && end.getTime() <= Date.now()) throw new ExpiredKeyError();
    if ((await this.keys.count(userId)) >= MAX_KEYS) throw new TooManyKeysError(MAX_KEYS);
    const { key, prefix } = newApiKey();
    const stored: ApiKey = {
      id: newId(),
      userId,
      name,
      prefix,
      hash: hashSecret(key),
      scopes: SCOPES.filter((scope) => scopes?.includes(scope) ?? true),
      expiresAt: end,
      lastUsedAt: null,
      createdAt: new Date(),
    };
    await this.keys.insert(stored);
    await this.audit.record('key.created', userId, client, stored.id);
    return { stored, key };
  }

  list(userId: string, page: PageQuery): Promise<Page<ApiKey>> {
    return this.keys.list(userId, page);
  }

  /** @throws NotFoundError */
  async revoke(userId: string, keyId: string, client: Client): Promise<void> {
    if (!(await this.keys.delete(userId, keyId))) throw new NotFoundError();
    this.known.forget();
    await this.audit.record('key.revoked', userId, client, keyId);
  }
}
