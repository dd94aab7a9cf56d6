import { IsOptional, IsString, Matches, MaxLength, ValidateIf } from 'class-validator';
import { IsText } from '../../common/text.decorator.js';

const USERNAME = /^[A-Za-z0-9_.-]{3,50}$/;
const USERNAME_RULE = 'must have 3 to 50 of letters, digits, "_", "." and "-"';
/** Room for a clear answer about a password that is too long; the policy says what is. */
const MAX_PASSWORD_TEXT = 1000;

export class RegisterDto {
  /**
   * Letters, digits, `_`, `.` and `-`; unique whatever their case.
   * @example ada
   */
  @IsString()
  @Matches(USERNAME, { message: USERNAME_RULE })
  username!: string;

  /**
   * At least 8 characters, at most 72 bytes in UTF-8, and none of the most common ones.
   * @example correct horse battery
   */
  @IsString()
  @MaxLength(MAX_PASSWORD_TEXT)
  password!: string;

  /** @example Ada Lovelace */
  @IsOptional()
  @IsText(1, 200)
  fullName?: string | null;
}

export class LoginDto {
  /** @example ada */
  @IsString()
  @MaxLength(200)
  username!: string;

  /** @example correct horse battery */
  @IsString()
  @MaxLength(MAX_PASSWORD_TEXT)
  password!: string;
}

export class UpdateUserDto {
  /** Letters, digits, `_`, `.` and `-`; unique whatever their case. */
  @ValidateIf((_, value) => value !== undefined)
  @IsString()
  @Matches(USERNAME, { message: USERNAME_RULE })
  username?: string;

  /** Null takes it away. */
  @IsOptional()
  @IsText(1, 200)
  fullName?: string | null;
}

export class DeleteUserDto {
  /** The current one, asked for again. */
  @IsString()
  @MaxLength(MAX_PASSWORD_TEXT)
  password!: string;
}

export class ChangePasswordDto {
  @IsString()
  @MaxLength(MAX_PASSWORD_TEXT)
  currentPassword!: string;

  /** At least 8 characters, at most 72 bytes in UTF-8, and none of the most common ones. */
  @IsString()
  @MaxLength(MAX_PASSWORD_TEXT)
  newPassword!: string;
}
