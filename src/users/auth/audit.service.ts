import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, Repository } from 'typeorm';
import { newId } from '../../common/ids.js';
import { type Page, type PageQuery, readPage } from '../../common/paging.js';
import { AuditEvent } from './audit-event.entity.js';
import type { Client } from './client.decorator.js';

/** Everything that is recorded. */
export const AUDITED = [
  'account.registered',
  'account.deleted',
  'account.disabled',
  'account.enabled',
  'session.opened',
  'session.refused',
  'session.ended',
  'session.replayed',
  'password.changed',
  'password.refused',
  'password.reset',
  'key.created',
  'key.revoked',
  'key.refused',
  'chat.deleted',
  'dataset.deleted',
  'centers.deleted',
  'centers.exported',
] as const;
export type AuditedEvent = (typeof AUDITED)[number];

/** The append-only record of what was done to accounts and with them. */
@Injectable()
export class AuditService {
  constructor(@InjectRepository(AuditEvent) private readonly events: Repository<AuditEvent>) {}

  /**
   * @param client where the request came from; undefined for the operator at the machine
   * @param subjectId what it was done to, besides the account
   */
  async record(
    event: AuditedEvent,
    userId: string | null,
    client: Pick<Client, 'address' | 'requestId'> | undefined,
    subjectId: string | null = null,
    manager: EntityManager = this.events.manager,
  ): Promise<void> {
    await manager.insert(AuditEvent, {
      id: newId(),
      at: new Date(),
      event,
      userId,
      subjectId,
      address: client?.address ?? null,
      requestId: client?.requestId ?? null,
    });
  }

  list(userId: string, page: PageQuery): Promise<Page<AuditEvent>> {
    return readPage(this.events.createQueryBuilder('event').where({ userId }), page, { direction: 'DESC' });
  }

  /** Takes away what says who a user was who is about to be deleted. */
  async anonymise(manager: EntityManager, userId: string): Promise<void> {
    await manager.update(AuditEvent, { userId }, { address: null });
  }
}
