import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import { AccountLimits } from './auth/account-limits.js';
import { AuditService } from './auth/audit.service.js';
import { KnownCredentials } from './auth/known-credentials.js';
import { PasswordService } from './auth/password.service.js';
import type { Session } from './auth/session.entity.js';
import { SessionsRepository } from './auth/sessions.repository.js';
import { User } from './user.entity.js';
import { NoSuchUserError } from './users.errors.js';
import { UsersRepository } from './users.repository.js';

/** 96 bits: out of reach of guessing, and still to be read out on the telephone. */
const PASSWORD_BYTES = 12;
/** More than anybody has; the whole list is shown. */
const ALL = 100;

/** What the operator does at the machine, where no mail can be sent. */
@Injectable()
export class AdminService {
  constructor(
    private readonly users: UsersRepository,
    private readonly sessionsRepository: SessionsRepository,
    private readonly passwords: PasswordService,
    private readonly limits: AccountLimits,
    private readonly audit: AuditService,
    private readonly known: KnownCredentials,
    private readonly dataSource: DataSource,
  ) {}

  list(): Promise<User[]> {
    return this.users.listAll();
  }

  /** The newest sessions of a user. @throws NoSuchUserError */
  async sessions(username: string): Promise<Session[]> {
    const { id } = await this.require(username);
    return (await this.sessionsRepository.list(id, { limit: ALL })).items;
  }

  /** Gives a user a new password and ends all of their sessions. @returns the password @throws NoSuchUserError */
  async resetPassword(username: string): Promise<string> {
    const user = await this.require(username);
    const password = randomBytes(PASSWORD_BYTES).toString('base64url');
    const passwordHash = await this.passwords.hash(password);
    await this.dataSource.transaction(async (manager) => {
      await manager.update(User, { id: user.id }, { passwordHash });
      await this.sessionsRepository.endOthers(manager, user.id, undefined);
      await this.audit.record('password.reset', user.id, undefined, null, manager);
    });
    this.known.forget();
    await this.limits.forgetFailures(user.username);
    return password;
  }

  /** Locks an account: no sign-in, every session ended, every key dead. @throws NoSuchUserError */
  async disable(username: string): Promise<void> {
    const { id } = await this.require(username);
    await this.dataSource.transaction(async (manager) => {
      await manager.update(User, { id }, { disabledAt: new Date() });
      await this.sessionsRepository.endOthers(manager, id, undefined);
      await this.audit.record('account.disabled', id, undefined, null, manager);
    });
    this.known.forget();
  }

  /** Unlocks an account; its keys work again. @throws NoSuchUserError */
  async enable(username: string): Promise<void> {
    const { id } = await this.require(username);
    await this.dataSource.transaction(async (manager) => {
      await manager.update(User, { id }, { disabledAt: null });
      await this.audit.record('account.enabled', id, undefined, null, manager);
    });
  }

  private async require(username: string): Promise<User> {
    const user = await this.users.findByName(username);
    if (!user) throw new NoSuchUserError(username);
    return user;
  }
}
