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

export function toUser({ id, username, fullName, createdAt }: User): UserDto {
  return { id, username, fullName, createdAt };
}

export function toSession(
  { id, userAgent, address, createdAt, lastUsedAt, expiresAt }: Session,
  currentId: string | undefined,
): SessionDto {
  return { id, current: id === currentId, userAgent, address, createdAt, lastUsedAt, expiresAt };
}
