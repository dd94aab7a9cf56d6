import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { IsText } from '../../common/text.decorator.js';
import type { JsonCell } from '../readers/rows.js';
import { IsJsonRows } from './json-rows.decorator.js';

const MAX_NAMES = 100_000;
const MAX_SPELLINGS = 100;
const GIVEN_ORDERS = ['day-first', 'month-first'] as const;

/** Rows as JSON. */
export class CreateRowsDto {
  @IsOptional()
  @IsText(1, 255)
  name?: string;

  /** Names of the columns; `c0`, `c1`, ... without. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_NAMES)
  @IsString({ each: true })
  columns?: string[];

  /** Rows of equal length. Strings are category values, null is a missing one. */
  @ApiProperty({
    type: 'array',
    items: {
      type: 'array',
      items: { oneOf: [{ type: 'number' }, { type: 'string', nullable: true }, { type: 'boolean' }] },
    },
    example: [
      [5.1, 3.5],
      [4.9, 3],
    ],
  })
  @IsJsonRows()
  rows!: JsonCell[][];

  /** What means a missing value besides null and the empty string; the usual spellings (NA, NaN, null) without. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_SPELLINGS)
  @IsText(1, 100, { each: true })
  missing?: string[];

  /** What comes first in dates such as 3/4/2024, where their values do not tell. */
  @IsOptional()
  @IsIn(GIVEN_ORDERS)
  dateOrder?: (typeof GIVEN_ORDERS)[number];
}

/** The fields beside the file; what is left out is told from the file itself. */
export class UploadFieldsDto {
  /** Instead of the file's own name. */
  @IsOptional()
  @IsText(1, 255)
  name?: string;

  /** What separates cells. */
  @IsOptional()
  @IsIn([',', ';', '\t', '|'])
  delimiter?: string;

  /** Whether the first record names the columns. */
  @IsOptional()
  @Transform(({ value }) => toBoolean(value))
  @IsBoolean()
  header?: boolean;

  /** A label of the WHATWG Encoding standard, such as `windows-1252`. */
  @IsOptional()
  @IsString()
  @MaxLength(40)
  encoding?: string;

  /** Whether `1,5` is a number. */
  @IsOptional()
  @Transform(({ value }) => toBoolean(value))
  @IsBoolean()
  decimalComma?: boolean;

  /** Spellings of a missing value besides the empty one, as a JSON array; instead of NA, NaN, null. */
  @ApiProperty({ type: String, required: false, example: '["?", "-999"]' })
  @IsOptional()
  @Transform(({ value }) => toList(value))
  @IsArray()
  @ArrayMaxSize(MAX_SPELLINGS)
  @IsText(1, 100, { each: true })
  missing?: string[];

  /** What comes first in dates such as 3/4/2024, where their values do not tell. */
  @IsOptional()
  @IsIn(GIVEN_ORDERS)
  dateOrder?: (typeof GIVEN_ORDERS)[number];
}

/** `?offset=&limit=` */
export class RowsQuery {
  /** The first row wanted, counted from 0. */
  @ApiPropertyOptional({ type: 'integer' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(2 ** 31 - 1)
  offset = 0;

  /** How many rows at most. */
  @ApiPropertyOptional({ type: 'integer' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1000)
  limit = 100;
}

function toBoolean(value: unknown): unknown {
  return value === 'true' ? true : value === 'false' ? false : value;
}

function toList(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
