import { DomainError } from '../common/errors.js';

/** No credential, or one that is malformed, expired or revoked. */
export class UnauthenticatedError extends DomainError {
  constructor() {
    super(
      'unauthenticated',
      'auth.unauthenticated',
      'This needs a valid access token or API key: "Authorization: Bearer ...".',
    );
  }
}

/** Sign-in refused; the same whether the name exists or not. */
export class WrongCredentialsError extends DomainError {
  constructor() {
    super('unauthenticated', 'auth.wrong_credentials', 'The user name or the password is wrong.');
  }
}

/** The refresh token is missing, spent, expired or revoked. */
export class RefreshRefusedError extends DomainError {
  constructor() {
    super('unauthenticated', 'auth.refresh_refused', 'This session has ended. Sign in again.');
  }
}

/** The right password for an account that the operator has disabled. */
export class AccountDisabledError extends DomainError {
  constructor() {
    super('forbidden', 'auth.account_disabled', 'This account is disabled. Ask whoever runs this service.');
  }
}

/** A request from a web page of another origin that would carry the cookie. */
export class ForeignOriginError extends DomainError {
  constructor() {
    super('forbidden', 'auth.foreign_origin', 'Requests from this origin are not accepted here.');
  }
}

/** The current password, asked for again, is wrong. */
export class WrongPasswordError extends DomainError {
  constructor(path: string) {
    super('forbidden', 'user.wrong_password', 'The password is wrong.', [{ path, message: 'is wrong.' }]);
  }
}

export class UsernameTakenError extends DomainError {
  constructor() {
    super('conflict', 'user.username_taken', 'This user name is taken.', [{ path: 'username', message: 'is taken.' }]);
  }
}

/** A new password breaks a rule; the message says which. */
export class RefusedPasswordError extends DomainError {
  constructor(path: string, rule: 'too_short' | 'too_long' | 'too_common', message: string) {
    super('malformed', `password.${rule}`, `The password ${message}`, [{ path, message }]);
  }
}

/** So many passwords wait to be hashed that one more would wait for too long. */
export class PasswordsBusyError extends DomainError {
  constructor() {
    super('unavailable', 'auth.busy', 'Too many people are signing in at once. Try again shortly.', undefined, 2);
  }
}

/** Too often within too short a time. */
export class TooManyError extends DomainError {
  constructor({ name, most, seconds }: { name: string; most: number; seconds: number }, retryAfterSeconds: number) {
    const window = seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
    super('too-many', `limit.${name}`, `More than ${most} ${name} within ${window}.`, undefined, retryAfterSeconds);
  }
}

/** The operator has closed the registration of new accounts. */
export class RegistrationClosedError extends DomainError {
  constructor() {
    super('forbidden', 'auth.registration_closed', 'This service takes no new accounts. Ask whoever runs it.');
  }
}

/** An API key where only people are let in: accounts are managed by their owners. */
export class KeyRefusedError extends DomainError {
  constructor(missing: string | undefined) {
    super(
      'forbidden',
      missing ? 'auth.scope_missing' : 'auth.key_refused',
      missing ? `This API key lacks the scope "${missing}".` : 'API keys are not accepted here. Sign in.',
    );
  }
}

export class ExpiredKeyError extends DomainError {
  constructor() {
    const errors = [{ path: 'expiresAt', message: 'is not in the future.' }];
    super('impossible', 'key.expired', 'expiresAt: is not in the future.', errors);
  }
}

export class TooManyKeysError extends DomainError {
  constructor(most: number) {
    super('conflict', 'key.too_many', `You have ${most} keys. Revoke one that is not in use first.`);
  }
}

/** For the operator, who may know: nobody has this name. */
export class NoSuchUserError extends DomainError {
  constructor(username: string) {
    super('not-found', 'user.none', `Nobody is called "${username}".`);
  }
}
