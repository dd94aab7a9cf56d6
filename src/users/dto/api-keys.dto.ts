import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsISO8601,
  IsOptional,
  Matches,
} from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsText } from '../../common/text.decorator.js';
import type { ApiKey } from '../auth/api-key.entity.js';
import { type Scope, SCOPES } from '../auth/principal.js';

export class CreateApiKeyDto {
  /**
   * What it is for.
   * @example nightly import
   */
  @IsText(1, 100)
  name!: string;

  /** When it dies by itself, with its time zone; without one it lives until it is revoked. */
  @ApiPropertyOptional({ type: String, format: 'date-time', nullable: true })
  @IsOptional()
  @IsISO8601({ strict: true, strictSeparator: true })
  // ISO 8601 knows weeks and days of the year as well, which a `Date` does not read.
  @Matches(/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/, { message: 'must be a date with time and time zone' })
  expiresAt?: string | null;

  /** What it may do; all of it, if not said. */
  @ApiPropertyOptional({ enum: SCOPES, isArray: true })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(SCOPES.length)
  @ArrayUnique()
  @IsIn(SCOPES, { each: true })
  scopes?: Scope[];
}

/** A key without its secret. */
export class ApiKeyDto {
  id!: string;
  name!: string;
  /** How the key begins. */
  prefix!: string;
  @ApiProperty({ enum: SCOPES, isArray: true })
  scopes!: Scope[];
  expiresAt!: Date | null;
  /** To the minute. */
  lastUsedAt!: Date | null;
  createdAt!: Date;
}

export class CreatedApiKeyDto extends ApiKeyDto {
  /** The secret, for `Authorization: Bearer ...`. It is shown this once. */
  key!: string;
}

export class ApiKeyPage {
  items!: ApiKeyDto[];
  nextCursor!: string | null;
}

export function toApiKey({ id, name, prefix, scopes, expiresAt, lastUsedAt, createdAt }: ApiKey): ApiKeyDto {
  return { id, name, prefix, scopes, expiresAt, lastUsedAt, createdAt };
}
