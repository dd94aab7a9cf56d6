import { ApiProperty } from '@nestjs/swagger';
import type { AuditEvent } from '../auth/audit-event.entity.js';
import { AUDITED } from '../auth/audit.service.js';
import type { Session } from '../auth/session.entity.js';
import type { User } from '../user.entity.js';

/** Somebody with an account. */
export class UserDto {
  id!: string;
  username!: string;
  fullName!: string | null;
  createdAt!: Date;
}

/** What a sign-in answers. The refresh token is not in it: it comes as a cookie. */
export class SignedInDto {
  /** For `Authorization: Bearer ...`. */
  accessToken!: string;
  /** @example Bearer */
  tokenType!: 'Bearer';
  /** Seconds for which the access token is good. */
  expiresIn!: number;
  user!: UserDto;
}

/** A device that is signed in. */
export class SessionDto {
  id!: string;
  /** Whether it is the one that asks. */
  current!: boolean;
  userAgent!: string | null;
  /** Where it signed in from. */
  address!: string;
  createdAt!: Date;
  /** When it last took a new access token. */
  lastUsedAt!: Date;
  expiresAt!: Date;
}

export class SessionPage {
  items!: SessionDto[];
  nextCursor!: string | null;
}

/** Something that was done to an account, or with it. */
export class ActivityDto {
  id!: string;
  at!: Date;
  @ApiProperty({ enum: AUDITED })
  event!: string;
  /** What it was done to: a session, a key, a chat, a data set, centers. */
  subjectId!: string | null;
  /** Where from; null for the operator of the service. */
  address!: string | null;
  requestId!: string | null;
}

export class ActivityPage {
  items!: ActivityDto[];
  nextCursor!: string | null;
}

export function toUser({ id, username, fullName, createdAt }: User): UserDto {
  return { id, username, fullName, createdAt };
}

export function toSession(
  { id, userAgent, address, createdAt, lastUsedAt, expiresAt }: Session,
  currentId: string | undefined,
): SessionDto {
  return { id, current: id === currentId, userAgent, address, createdAt, lastUsedAt, expiresAt };
}

export function toActivity({ id, at, event, subjectId, address, requestId }: AuditEvent): ActivityDto {
  return { id, at, event, subjectId, address, requestId };
}
