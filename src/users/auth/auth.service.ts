import { Injectable } from '@nestjs/common';
import { newId } from '../../common/ids.js';
import { AppConfig } from '../../config/app-config.js';
import { User } from '../user.entity.js';
import {
  AccountDisabledError,
  RefreshRefusedError,
  RegistrationClosedError,
  UsernameTakenError,
  WrongCredentialsError,
} from '../users.errors.js';
import { UsersRepository } from '../users.repository.js';
import { AccountLimits } from './account-limits.js';
import { AuditService } from './audit.service.js';
import type { Client } from './client.decorator.js';
import { checkNewPassword } from './password.policy.js';
import { KnownCredentials } from './known-credentials.js';
import { PasswordService } from './password.service.js';
import { hashSecret, newRefreshToken } from './secrets.js';
import { SessionsRepository } from './sessions.repository.js';
import { TokenService } from './token.service.js';

/** A name that nobody can have is nobody's, and never reaches the database. */
const USERNAME = /^[A-Za-z0-9_.-]{3,50}$/;

/** What somebody who signs in is handed. */
export interface SignedIn {
  user: User;
  accessToken: string;
  /** Seconds. */
  expiresIn: number;
  /** Undefined where the browser has got the next one already. */
  refreshToken: string | undefined;
}

/** Signing up, in and out. */
@Injectable()
export class AuthService {
  constructor(
    private readonly users: UsersRepository,
    private readonly sessions: SessionsRepository,
    private readonly passwords: PasswordService,
    private readonly limits: AccountLimits,
    private readonly audit: AuditService,
    private readonly tokens: TokenService,
    private readonly known: KnownCredentials,
    private readonly config: AppConfig,
  ) {}

  /** @throws RegistrationClosedError, RefusedPasswordError, TooManyError, UsernameTakenError, PasswordsBusyError */
  async register(
    { username, password, fullName }: { username: string; password: string; fullName?: string | null },
    client: Client,
  ): Promise<SignedIn> {
    if (this.config.registration === 'closed') throw new RegistrationClosedError();
    checkNewPassword(password, 'password');
    await this.limits.registration(client.address);
    if (await this.users.findByName(username)) throw new UsernameTakenError();
    const user: User = {
      id: newId(),
      username,
      fullName: fullName ?? null,
      passwordHash: await this.passwords.hash(password),
      disabledAt: null,
      createdAt: new Date(),
    };
    await this.users.insert(user);
    await this.audit.record('account.registered', user.id, client);
    const signedIn = await this.openSession(user, client);
    if (!signedIn) throw new WrongCredentialsError();
    return signedIn;
  }

  /** @throws WrongCredentialsError, TooManyError, AccountDisabledError, PasswordsBusyError */
  async logIn(username: string, password: string, client: Client): Promise<SignedIn> {
    const user = await this.limits.guardPassword(username, client.address, async () => {
      const known = USERNAME.test(username) ? await this.users.findByName(username) : null;
      if ((await this.passwords.matches(password, known?.passwordHash)) && known) return known;
      await this.audit.record('session.refused', known?.id ?? null, client);
      return undefined;
    });
    if (!user) throw new WrongCredentialsError();
    if (user.disabledAt) throw new AccountDisabledError();
    const current = await this.strengthen(user, password);
    const signedIn = await this.openSession(current, client);
    // The password was changed while it was being checked.
    if (!signedIn) throw new WrongCredentialsError();
    return signedIn;
  }

  /** Spends a refresh token for a new pair. @throws RefreshRefusedError */
  async refresh(token: string | undefined, client: Client): Promise<SignedIn> {
    if (!token) throw new RefreshRefusedError();
    const next = newRefreshToken();
    const { owner, rotated, replayed } = await this.sessions.rotate(hashSecret(token), this.store(next));
    if (replayed) {
      this.known.forget();
      await this.audit.record('session.replayed', replayed.userId, client, replayed.sessionId);
    }
    const user = owner && (await this.users.find(owner.userId));
    if (!user) throw new RefreshRefusedError();
    const access = this.tokens.sign(user.id, owner.sessionId, owner.sessionExpiresAt);
    return { user, ...access, refreshToken: rotated ? next : undefined };
  }

  /** Ends the sessions that the given tokens belong to; it is no error if there are none. */
  async logOut(refreshToken: string | undefined, accessToken: string | undefined, client: Client): Promise<void> {
    const claims = accessToken === undefined ? undefined : this.tokens.readExpired(accessToken);
    if (claims && (await this.sessions.end(claims.sub, claims.sid))) {
      this.known.forget();
      await this.audit.record('session.ended', claims.sub, client, claims.sid);
    }
    const ended = refreshToken ? await this.sessions.endOf(hashSecret(refreshToken)) : undefined;
    if (ended) {
      this.known.forget();
      await this.audit.record('session.ended', ended.userId, client, ended.sessionId);
    }
  }

  /** Hashes the password anew if its hash is cheaper than the setting asks for. */
  private async strengthen(user: User, password: string): Promise<User> {
    if (!this.passwords.isOutdated(user.passwordHash)) return user;
    const passwordHash = await this.passwords.hash(password);
    if (await this.users.replacePassword(user.id, user.passwordHash, passwordHash))
      return Object.assign(user, { passwordHash });
    // Another sign-in has done the same meanwhile, unless the password itself was changed.
    const latest = await this.users.find(user.id);
    if (!latest || !(await this.passwords.matches(password, latest.passwordHash))) throw new WrongCredentialsError();
    return latest;
  }

  private async openSession(user: User, client: Client): Promise<SignedIn | undefined> {
    const refreshToken = newRefreshToken();
    const session = { id: newId(), userId: user.id, address: client.address, userAgent: client.userAgent };
    const expiresAt = await this.sessions.open(session, user.passwordHash, this.store(refreshToken));
    if (expiresAt) await this.audit.record('session.opened', user.id, client, session.id);
    return expiresAt && { user, ...this.tokens.sign(user.id, session.id, expiresAt), refreshToken };
  }

  private store(token: string): { hash: Buffer; days: number } {
    return { hash: hashSecret(token), days: this.config.refreshTokenDays };
  }
}
