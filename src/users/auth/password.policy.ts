import { dictionary } from '@zxcvbn-ts/language-common';
import { RefusedPasswordError } from '../users.errors.js';

const MIN_CHARACTERS = 8;
/** bcrypt ignores whatever follows. */
export const MAX_PASSWORD_BYTES = 72;

/** The passwords that are tried first, in lower case, as collected by zxcvbn-ts. */
const common = new Set(dictionary['passwords-common'].filter((password) => password.length >= MIN_CHARACTERS));

/**
 * Checks a new password: length, and that it is not among the most common ones. There are no rules of composition,
 * since they make passwords harder to remember but not to guess (NIST SP 800-63B, 5.1.1.2).
 *
 * @param password what somebody wants to sign in with
 * @param path the field of the request that it came in
 * @throws RefusedPasswordError that says which rule it breaks
 */
export function checkNewPassword(password: string, path: string): void {
  if (Array.from(password).length < MIN_CHARACTERS) {
    throw new RefusedPasswordError(path, 'too_short', `must have at least ${MIN_CHARACTERS} characters.`);
  }
  if (Buffer.byteLength(password) > MAX_PASSWORD_BYTES) {
    throw new RefusedPasswordError(path, 'too_long', `must have at most ${MAX_PASSWORD_BYTES} bytes in UTF-8.`);
  }
  if (common.has(password.toLowerCase())) {
    throw new RefusedPasswordError(path, 'too_common', 'is among the most common ones. Choose another.');
  }
}
