import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  IsUUID,
  Max,
  Min,
} from 'class-validator';
import { MayBeLeftOut } from '../../common/may-be-left-out.decorator.js';
import { IsText } from '../../common/text.decorator.js';
import { type ClusterRange, METRICS, MISSING_RULES, type RunParams, SCALINGS } from '../run.types.js';
import { IsClusterCount, IsColumnWeights, IsInit, MAX_NAME, MAX_NAMES } from './rules.js';

export const INIT_SCHEMA = {
  oneOf: [
    { type: 'string', enum: ['k-means++', 'random'] },
    {
      type: 'object',
      required: ['centersId'],
      properties: { centersId: { type: 'string', format: 'uuid' } },
      additionalProperties: false,
    },
  ],
};

export const K_SCHEMA = {
  oneOf: [
    { type: 'integer', minimum: 1 },
    {
      type: 'object',
      required: ['min', 'max'],
      properties: { min: { type: 'integer', minimum: 1 }, max: { type: 'integer', minimum: 1 } },
      additionalProperties: false,
    },
  ],
};

/** What to cluster, and how. Only `datasetId` and `k` are required. */
export class CreateRunDto {
  /** A data set of the same chat. */
  @IsUUID()
  datasetId!: string;

  /**
   * Columns to train on; by default every numeric one but the id and weight columns, or those of the centers to begin
   * from. Dates count as milliseconds since 1970; of categories, each becomes a feature of its own that is 0 or 1.
   */
  @MayBeLeftOut()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_NAMES)
  @ArrayUnique()
  @IsText(1, MAX_NAME, { each: true })
  columns?: string[];

  /** A column that names the rows: not trained on, echoed beside labels and predictions. */
  @MayBeLeftOut()
  @IsText(1, MAX_NAME)
  idColumn?: string;

  /** Number of clusters, or a range of at most 100 numbers, of which one is chosen. */
  @IsClusterCount()
  @ApiProperty({ ...K_SCHEMA, example: 3 })
  k!: number | ClusterRange;

  /** How to begin; default `k-means++`. */
  @MayBeLeftOut()
  @IsInit()
  @ApiPropertyOptional({ ...INIT_SCHEMA, default: 'k-means++' })
  init?: RunParams['init'];

  /** Restarts, of which the best is kept; default 10 up to 10,000 rows, else 1. Given centers are begun from once. */
  @MayBeLeftOut()
  @IsInt()
  @Min(1)
  @Max(10_000)
  nInit?: number;

  /**
   * Of a run that begins from centers: whether each cluster keeps the number and the name of the one that it is matched
   * with, by the lowest sum of squared distances between the pairs. Default true then; otherwise not allowed.
   */
  @MayBeLeftOut()
  @IsBoolean()
  keepIds?: boolean;

  /** Cap on the iterations of one restart; default 300. */
  @MayBeLeftOut()
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  maxIterations?: number;

  /** Stop when the centres' squared shifts sum to at most this times the mean column variance; default 1e-4. */
  @MayBeLeftOut()
  @IsNumber({ allowNaN: false, allowInfinity: false })
  @Min(0)
  @Max(1e6)
  tolerance?: number;

  /** The same data, parameters and seed give the same answer; by default one is drawn and reported. */
  @MayBeLeftOut()
  @IsInt()
  @Min(0)
  @Max(2 ** 32 - 1)
  seed?: number;

  /** Default `euclidean`. */
  @MayBeLeftOut()
  @IsIn(METRICS)
  @ApiPropertyOptional({ enum: METRICS })
  metric?: RunParams['metric'];

  /** Default `standard`. */
  @MayBeLeftOut()
  @IsIn(SCALINGS)
  @ApiPropertyOptional({ enum: SCALINGS })
  scaling?: RunParams['scaling'];

  /** What to do about missing values; default `error`. */
  @MayBeLeftOut()
  @IsIn(MISSING_RULES)
  @ApiPropertyOptional({ enum: MISSING_RULES })
  missing?: RunParams['missing'];

  /** A numeric column that says how much each row counts: not trained on, nowhere negative. */
  @MayBeLeftOut()
  @IsText(1, MAX_NAME)
  weightColumn?: string;

  /** How much each column counts after scaling, above 0; 1 for those not named. */
  @MayBeLeftOut()
  @IsColumnWeights()
  @ApiPropertyOptional({ type: 'object', additionalProperties: { type: 'number', exclusiveMinimum: true, minimum: 0 } })
  columnWeights?: Record<string, number>;

  /** Columns of numbers above 0 whose natural logarithm is taken before scaling. */
  @MayBeLeftOut()
  @IsArray()
  @ArrayMaxSize(MAX_NAMES)
  @ArrayUnique()
  @IsText(1, MAX_NAME, { each: true })
  logColumns?: string[];

  /** Categories in a smaller share of the rows are taken together as one; default 0.01. */
  @MayBeLeftOut()
  @IsNumber({ allowNaN: false, allowInfinity: false })
  @Min(0)
  @Max(0.5)
  rareShare?: number;
}
