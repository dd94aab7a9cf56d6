import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, MoreThan, Repository } from 'typeorm';
import { type Page, type PageQuery, readPage } from '../../common/paging.js';
import { Session } from './session.entity.js';

/** How long a session lasts at most, refreshed or not. */
const SESSION_DAYS = 30;
/** Two tabs that refresh at once both mean well: for so long the parent of the living token may come back. */
const GRACE_SECONDS = 10;

/** A session and whose it is. */
export interface SessionKey {
  userId: string;
  sessionId: string;
}

/** What a refresh token turned out to be. */
export interface RefreshOutcome {
  /** Undefined when the token is worth nothing (any more). */
  owner: (SessionKey & { sessionExpiresAt: Date }) | undefined;
  /** Whether the next token was stored; not so for the late twin of a refresh that has just taken place. */
  rotated: boolean;
  /** The session that ended because a spent token of it came back. */
  replayed?: SessionKey | undefined;
}

/** Sessions and their refresh tokens. Time is the database's, so that replicas agree about it. */
@Injectable()
export class SessionsRepository {
  constructor(@InjectRepository(Session) private readonly sessions: Repository<Session>) {}

  /**
   * Stores a session with its first refresh token, provided that the password that was checked is still the user's:
   * the row is locked, so a change of password either sees the session and ends it, or is seen here.
   *
   * @returns the session's end, or undefined when the account has changed meanwhile
   */
  async open(
    session: Pick<Session, 'id' | 'userId' | 'address' | 'userAgent'>,
    passwordHash: string,
    token: { hash: Buffer; days: number },
  ): Promise<Date | undefined> {
    const rows = await this.query<{ expires_at: Date }>(
      `WITH account AS (
         SELECT id FROM users WHERE id = $2 AND password_hash = $5 AND disabled_at IS NULL FOR SHARE
       ), session AS (
         INSERT INTO sessions (id, user_id, address, user_agent, created_at, last_used_at, expires_at)
         SELECT $1, id, $3, $4, now(), now(), now() + make_interval(days => ${SESSION_DAYS}) FROM account
         RETURNING id, user_id, expires_at
       ), token AS (
         INSERT INTO refresh_tokens (hash, user_id, session_id, expires_at)
         SELECT $6, user_id, id, least(now() + make_interval(days => $7), expires_at) FROM session
       )
       SELECT expires_at FROM session`,
      [session.id, session.userId, session.address, session.userAgent, passwordHash, token.hash, token.days],
    );
    return rows.at(0)?.expires_at;
  }

  /**
   * Spends a refresh token for the next one, in one statement: of many at once, one wins. The session's row is locked
   * first, in the order in which deleting it takes its locks.
   */
  async rotate(hash: Buffer, next: { hash: Buffer; days: number }): Promise<RefreshOutcome> {
    const winner = (
      await this.query<OwnerRow>(
        `WITH session AS MATERIALIZED (
         SELECT s.id, s.user_id, s.expires_at
         FROM refresh_tokens t
         JOIN sessions s ON s.user_id = t.user_id AND s.id = t.session_id
         JOIN users u ON u.id = s.user_id
         WHERE t.hash = $1 AND s.expires_at > now() AND u.disabled_at IS NULL
         FOR NO KEY UPDATE OF s
       ), spent AS (
         UPDATE refresh_tokens t SET spent_at = now()
         FROM session s
         WHERE t.hash = $1 AND t.spent_at IS NULL AND t.expires_at > now()
         RETURNING s.id, s.user_id, s.expires_at
       ), token AS (
         INSERT INTO refresh_tokens (hash, user_id, session_id, parent_hash, expires_at)
         SELECT $2, user_id, id, $1, least(now() + make_interval(days => $3), expires_at) FROM spent
       ), used AS (
         UPDATE sessions SET last_used_at = now() WHERE id IN (SELECT id FROM spent)
       )
       SELECT id, user_id, expires_at FROM spent`,
        [hash, next.hash, next.days],
      )
    ).at(0);
    if (winner) return { owner: toOwner(winner), rotated: true };
    return this.tolerate(hash);
  }

  /** Whether a session is alive; asked on every request, by its primary key. */
  async isAlive(userId: string, sessionId: string): Promise<boolean> {
    const rows = await this.query(
      `SELECT 1 FROM sessions s JOIN users u ON u.id = s.user_id
       WHERE s.id = $1 AND s.user_id = $2 AND s.expires_at > now() AND u.disabled_at IS NULL`,
      [sessionId, userId],
    );
    return rows.length === 1;
  }

  /** Those of the given sessions that are alive. */
  async alive(sessionIds: string[]): Promise<string[]> {
    const rows = await this.query<{ id: string }>(
      `SELECT s.id FROM sessions s JOIN users u ON u.id = s.user_id
       WHERE s.id = ANY ($1) AND s.expires_at > now() AND u.disabled_at IS NULL`,
      [sessionIds],
    );
    return rows.map(({ id }) => id);
  }

  list(userId: string, page: PageQuery): Promise<Page<Session>> {
    const query = this.sessions
      .createQueryBuilder('session')
      .where({ userId })
      .andWhere({ expiresAt: MoreThan(new Date()) });
    return readPage(query, page, { direction: 'DESC' });
  }

  /** Ends a session with all of its tokens; whether there was one. */
  async end(userId: string, sessionId: string): Promise<boolean> {
    const { affected } = await this.sessions.delete({ userId, id: sessionId });
    return affected === 1;
  }

  /** Ends the session of a refresh token, living or spent. @returns the session, if it was not over already */
  async endOf(hash: Buffer): Promise<SessionKey | undefined> {
    const rows = await this.query<{ id: string; user_id: string }>(
      `WITH ended AS (
         DELETE FROM sessions s USING refresh_tokens t
         WHERE t.hash = $1 AND s.user_id = t.user_id AND s.id = t.session_id
         RETURNING s.id, s.user_id
       ) SELECT id, user_id FROM ended`,
      [hash],
    );
    const ended = rows.at(0);
    return ended && { userId: ended.user_id, sessionId: ended.id };
  }

  /** Ends every session of a user, save the given one. */
  async endOthers(manager: EntityManager, userId: string, sessionId: string | undefined): Promise<void> {
    await manager.query(`DELETE FROM sessions WHERE user_id = $1 AND id IS DISTINCT FROM $2`, [
      userId,
      sessionId ?? null,
    ]);
  }

  /** A token that could not be spent: the late twin of a refresh is let pass, any other spent one ends its session. */
  private async tolerate(hash: Buffer): Promise<RefreshOutcome> {
    const token = (
      await this.query<OwnerRow & { excusable: boolean; spent: boolean }>(
        `SELECT s.id, s.user_id, s.expires_at, t.spent_at IS NOT NULL AS spent,
         t.spent_at > now() - make_interval(secs => ${GRACE_SECONDS}) AND EXISTS (
           SELECT 1 FROM refresh_tokens child WHERE child.parent_hash = t.hash AND child.spent_at IS NULL
         ) AS excusable
       FROM refresh_tokens t
       JOIN sessions s ON s.user_id = t.user_id AND s.id = t.session_id
       JOIN users u ON u.id = s.user_id
       WHERE t.hash = $1 AND s.expires_at > now() AND t.expires_at > now() AND u.disabled_at IS NULL`,
        [hash],
      )
    ).at(0);
    if (!token?.spent) return { owner: undefined, rotated: false };
    if (token.excusable) return { owner: toOwner(token), rotated: false };
    return { owner: undefined, rotated: false, replayed: await this.endOf(hash) };
  }

  private query<T>(sql: string, parameters: unknown[]): Promise<T[]> {
    return this.sessions.query<T[]>(sql, parameters);
  }
}

interface OwnerRow {
  id: string;
  user_id: string;
  expires_at: Date;
}

function toOwner(row: OwnerRow): RefreshOutcome['owner'] {
  return { userId: row.user_id, sessionId: row.id, sessionExpiresAt: row.expires_at };
}
