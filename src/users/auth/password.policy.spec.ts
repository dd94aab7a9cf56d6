import { describe, expect, it } from '@jest/globals';
import { DomainError } from '../../common/errors.js';
import { checkNewPassword } from './password.policy.js';

function codeOf(password: string): string | undefined {
  try {
    checkNewPassword(password, 'newPassword');
    return undefined;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    expect(error.errors?.[0]?.path).toBe('newPassword');
    return error.code;
  }
}

describe('checkNewPassword', () => {
  it.each([
    ['seven characters', 'x8#kQ2z', 'password.too_short'],
    ['seven characters of four bytes', '🦜🦩🦚🦉🦅🦆🦢', 'password.too_short'],
    ['73 bytes', 'a1'.repeat(36) + 'b', 'password.too_long'],
    ['few characters of many bytes', '🦜'.repeat(18) + 'b', 'password.too_long'],
    ['the best known', 'password', 'password.too_common'],
    ['a common one in capitals', 'PassWord1', 'password.too_common'],
    ['a row of keys', 'qwertyuiop', 'password.too_common'],
  ])('refuses %s', (_, password, code) => {
    expect(codeOf(password)).toBe(code);
  });

  it.each([
    ['eight characters', 'x8#kQ2zw'],
    ['eight characters of four bytes', '🦜🦩🦚🦉🦅🦆🦢🦇'],
    ['72 bytes', 'a1'.repeat(36)],
    ['letters alone', 'correct horse battery'],
    ['blanks within and around', '  staple  '],
  ])('takes %s', (_, password) => {
    expect(codeOf(password)).toBeUndefined();
  });
});
