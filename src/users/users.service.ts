import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { NotFoundError } from '../common/errors.js';
import type { Page, PageQuery } from '../common/paging.js';
import { JobQueue } from '../database/queue/job-queue.js';
import { AccountLimits } from './auth/account-limits.js';
import type { AuditEvent } from './auth/audit-event.entity.js';
import { AuditService } from './auth/audit.service.js';
import type { Client } from './auth/client.decorator.js';
import { checkNewPassword } from './auth/password.policy.js';
import { KnownCredentials } from './auth/known-credentials.js';
import { PasswordService } from './auth/password.service.js';
import type { Principal } from './auth/principal.js';
import type { Session } from './auth/session.entity.js';
import { SessionsRepository } from './auth/sessions.repository.js';
import { User } from './user.entity.js';
import { UnauthenticatedError, WrongPasswordError } from './users.errors.js';
import { UsersRepository } from './users.repository.js';

/** What users do with their own account. */
@Injectable()
export class UsersService {
  constructor(
    private readonly users: UsersRepository,
    private readonly sessions: SessionsRepository,
    private readonly passwords: PasswordService,
    private readonly limits: AccountLimits,
    private readonly audit: AuditService,
    private readonly known: KnownCredentials,
    private readonly dataSource: DataSource,
    private readonly jobs: JobQueue,
  ) {}

  async me(userId: string): Promise<User> {
    const user = await this.users.find(userId);
    // Deleted since the guard has looked.
    if (!user) throw new UnauthenticatedError();
    return user;
  }

  /** @throws UsernameTakenError */
  async update(userId: string, { username, fullName }: Partial<Pick<User, 'username' | 'fullName'>>): Promise<User> {
    const change = { ...(username !== undefined && { username }), ...(fullName !== undefined && { fullName }) };
    if (Object.keys(change).length > 0) await this.users.update(userId, change);
    return this.me(userId);
  }

  /** Changes the password and ends every other session. @throws WrongPasswordError, RefusedPasswordError, TooManyError */
  async changePassword(
    caller: Principal,
    { currentPassword, newPassword }: { currentPassword: string; newPassword: string },
    client: Client,
  ): Promise<void> {
    checkNewPassword(newPassword, 'newPassword');
    const checked = await this.checkPassword(caller.userId, currentPassword, 'currentPassword', client);
    const next = await this.passwords.hash(newPassword);
    await this.dataSource.transaction(async (manager) => {
      if (!(await this.users.replacePassword(caller.userId, checked, next, manager))) {
        throw new WrongPasswordError('currentPassword');
      }
      await this.sessions.endOthers(manager, caller.userId, caller.sessionId);
      await this.audit.record('password.changed', caller.userId, client, null, manager);
    });
    this.known.forget();
  }

  /** Deletes the account and everything that is the user's. @throws WrongPasswordError, TooManyError */
  async delete(userId: string, password: string, client: Client): Promise<void> {
    const checked = await this.checkPassword(userId, password, 'password', client);
    await this.dataSource.transaction(async (manager) => {
      if (!(await this.users.delete(manager, userId, checked))) throw new WrongPasswordError('password');
      await this.audit.record('account.deleted', userId, client, null, manager);
      await this.audit.anonymise(manager, userId);
      await this.jobs.forgetUser(manager, userId);
    });
    this.known.forget();
    await this.limits.forgetUser(userId);
  }

  listSessions(userId: string, page: PageQuery): Promise<Page<Session>> {
    return this.sessions.list(userId, page);
  }

  /** @throws NotFoundError */
  async endSession(userId: string, sessionId: string, client: Client): Promise<void> {
    if (!(await this.sessions.end(userId, sessionId))) throw new NotFoundError();
    this.known.forget();
    await this.audit.record('session.ended', userId, client, sessionId);
  }

  listActivity(userId: string, page: PageQuery): Promise<Page<AuditEvent>> {
    return this.audit.list(userId, page);
  }

  /** @returns the hash that the password belongs to */
  private async checkPassword(userId: string, password: string, path: string, client: Client): Promise<string> {
    const { username, passwordHash } = await this.me(userId);
    const checked = await this.limits.guardPassword(username, client.address, async () =>
      (await this.passwords.matches(password, passwordHash)) ? passwordHash : undefined,
    );
    if (checked === undefined) {
      await this.audit.record('password.refused', userId, client);
      throw new WrongPasswordError(path);
    }
    return checked;
  }
}
