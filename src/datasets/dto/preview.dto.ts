import { ApiProperty } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  Max,
  Min,
} from 'class-validator';
import type { FittedPreparation, MissingRule, ScalingRule } from '../../ml/preparation/types.js';
import type { Metric } from '../../ml/types.js';

const MISSING: MissingRule[] = ['error', 'drop', 'mean', 'median', 'most-frequent', 'zero'];
const METRICS: Metric[] = ['euclidean', 'cosine'];
const SCALING: ScalingRule[] = ['none', 'standard', 'min-max', 'robust'];

/** What a run would be asked for. */
export class PreviewQuery {
  /** Columns to train on, repeated for each; every column of numbers without. */
  @ApiProperty({ type: [String], required: false })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => [value].flat())
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(16_384)
  @ArrayUnique()
  @IsString({ each: true })
  columns?: string[];

  @ApiProperty({ enum: SCALING, required: false, default: 'standard' })
  @IsOptional()
  @IsIn(SCALING)
  scaling: ScalingRule = 'standard';

  @ApiProperty({ enum: MISSING, required: false, default: 'error' })
  @IsOptional()
  @IsIn(MISSING)
  missing: MissingRule = 'error';

  /** Under `cosine`, rows have length 1. */
  @ApiProperty({ enum: METRICS, required: false, default: 'euclidean' })
  @IsOptional()
  @IsIn(METRICS)
  metric: Metric = 'euclidean';

  /** Columns of which the logarithm is taken, repeated for each. */
  @ApiProperty({ type: [String], required: false })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => [value].flat())
  @IsArray()
  @ArrayMaxSize(16_384)
  @ArrayUnique()
  @IsString({ each: true })
  logColumns?: string[];

  /** How much each column counts after scaling, as JSON such as `{"age": 2}`; 1 for those not named. */
  @ApiProperty({ type: String, required: false })
  @IsOptional()
  @Transform(({ value }) => parsed(value) ?? undefined)
  @IsObject()
  columnWeights?: Record<string, number>;

  /** Categories in a smaller share of the rows are taken together as one. */
  @IsOptional()
  @Type(() => Number)
  @IsNumber({ allowNaN: false, allowInfinity: false })
  @Min(0)
  @Max(0.5)
  rareShare?: number;

  /** How many rows are shown. */
  @ApiProperty({ type: 'integer', required: false, minimum: 1, maximum: 100, default: 10 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  limit = 10;
}

/** The first rows of a data set as training would see them. */
export class PreviewDto {
  /** What the columns become, in this order. */
  features!: string[];
  /** Prepared values of the first rows that stay. */
  @ApiProperty({ type: 'array', items: { type: 'array', items: { type: 'number' } } })
  rows!: number[][];
  /** Which rows of the data set those are, counted from 0. */
  rowNumbers!: number[];
  /** How many rows would be trained on. */
  rowCount!: number;
  /** All that a prediction would replay. */
  @ApiProperty({ type: 'object', additionalProperties: true })
  preparation!: FittedPreparation;
  warnings!: string[];
}

function parsed(value: unknown): unknown {
  try {
    return typeof value === 'string' ? (JSON.parse(value) as unknown) : value;
  } catch {
    return value;
  }
}
