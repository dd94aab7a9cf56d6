import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { TransitionsDto } from '../../centers/dto/centers-answers.dto.js';
import { Problem } from '../../common/problem.js';
import { COLUMN_TYPES, type ColumnType } from '../../datasets/dataset-types.js';
import {
  METRICS,
  MISSING_RULES,
  RUN_PHASES,
  RUN_STATUSES,
  type RunParams,
  type RunPhase,
  type RunStatus,
  SCALINGS,
  type TracePoint,
} from '../run.types.js';
import { LABEL_FORMATS, type LabelFormat } from '../labels-format.js';
import { INIT_SCHEMA, K_SCHEMA } from './create-run.dto.js';

/** What was asked for, defaults filled in. */
export class RunParamsDto {
  datasetId!: string;
  columns!: string[];
  idColumn?: string;
  @ApiProperty(K_SCHEMA)
  k!: RunParams['k'];
  @ApiProperty(INIT_SCHEMA)
  init!: RunParams['init'];
  nInit!: number;
  maxIterations!: number;
  tolerance!: number;
  seed!: number;
  @ApiProperty({ enum: METRICS })
  metric!: RunParams['metric'];
  @ApiProperty({ enum: SCALINGS })
  scaling!: RunParams['scaling'];
  @ApiProperty({ enum: MISSING_RULES })
  missing!: RunParams['missing'];
  weightColumn?: string;
  @ApiPropertyOptional({ type: 'object', additionalProperties: { type: 'number' } })
  columnWeights?: Record<string, number>;
  logColumns?: string[];
  rareShare?: number;
  /** Of a run that begins from centers: whether clusters keep the numbers and names that they have there. */
  keepIds?: boolean;
}

export class RunProgressDto {
  /** 0..1. */
  fraction!: number;
  @ApiProperty({ enum: RUN_PHASES })
  phase!: RunPhase;
  k!: number;
  /** The restart under way, from 1. */
  restart!: number;
  /** The iteration of that restart. */
  iteration!: number;
  /** Of the last iteration, in the space trained in. */
  inertia!: number | null;
  /** While it runs: `[k, restart, iteration, inertia]` from its beginning on, thinned to at most 200. */
  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'array', items: { type: 'number' }, minItems: 4, maxItems: 4 },
  })
  trace?: TracePoint[];
}

export class AlgorithmDto {
  name!: string;
  /** Why it was chosen. */
  why!: string;
}

/** Quality in the space trained in; those that need two clusters are null at k 1. */
export class RunMetricsDto {
  silhouette!: number | null;
  /** Rows that the silhouette was taken on: all, or a seeded sample. */
  silhouetteRows!: number;
  calinskiHarabasz!: number | null;
  daviesBouldin!: number | null;
}

/** How one number of clusters did. */
export class SweepEntryDto {
  k!: number;
  inertia!: number | null;
  silhouette!: number | null;
  calinskiHarabasz!: number | null;
  daviesBouldin!: number | null;
  /** Gap statistic, on a seeded sample of at most 1,000 rows; null for the cosine metric. */
  gap!: number | null;
  /** Standard error of the gap statistic. */
  gapError?: number;
  /**
   * Mean adjusted Rand index between fits on seeded halves of a sample of at most 2,000 rows: 1 where halves of the rows
   * lead to the same clusters, about 0 where they have nothing to do with each other. Null at k 1.
   */
  stability?: number | null;
}

/** What each criterion would choose, null where it cannot tell. */
export class ChoiceDto {
  /** The knee of the inertia, by Kneedle. */
  elbow!: number | null;
  silhouette!: number | null;
  calinskiHarabasz!: number | null;
  daviesBouldin!: number | null;
  gap!: number | null;
  chosen!: number;
  /** Why, and who disagrees. */
  why!: string;
}

export class RunResultDto {
  centersId!: string;
  k!: number;
  /** Sum of squared distances to the centres, in the space trained in; null where float64 cannot hold it. */
  inertia!: number | null;
  iterations!: number;
  /** False when the cap on iterations ended it. */
  converged!: boolean;
  /** Rows a cluster. */
  sizes!: number[];
  algorithm!: AlgorithmDto;
  metrics!: RunMetricsDto;
  /** Of a range of k: every one, rising. */
  sweep?: SweepEntryDto[];
  /** Of a range of k. */
  choice?: ChoiceDto;
  /** Of a run that began from centers: how rows moved between their clusters and the new ones. */
  transitions?: TransitionsDto;
  warnings!: string[];
}

export class RunDto {
  id!: string;
  chatId!: string;
  /** Null once the data set has been deleted. */
  datasetId!: string | null;
  @ApiProperty({ enum: RUN_STATUSES })
  status!: RunStatus;
  params!: RunParamsDto;
  progress!: RunProgressDto;
  /** Of a run that has succeeded. */
  result?: RunResultDto;
  /** Of a run that has failed. */
  error?: Problem;
  /** How often a worker has taken it up. */
  attempts!: number;
  createdAt!: Date;
  startedAt!: Date | null;
  finishedAt!: Date | null;
}

export class RunPage {
  items!: RunDto[];
  nextCursor!: string | null;
}

export class LabelsDto {
  /** A row's cluster, or null where the row was left out. */
  @ApiProperty({ type: 'array', items: { type: 'integer', nullable: true } })
  labels!: (number | null)[];
}

export class LabelsQuery {
  /** Default: by the `Accept` header, JSON where that names none of them. */
  @IsOptional()
  @IsIn(LABEL_FORMATS)
  @ApiPropertyOptional({ enum: LABEL_FORMATS })
  format?: LabelFormat;
}

export class ProjectionQuery {
  /** How many points at most. */
  @ApiPropertyOptional({ type: 'integer' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100_000)
  limit = 2000;
}

/** The prepared data on its first two principal components. */
export class ProjectionDto {
  /** `[x, y, cluster, row]`, a seeded sample, rows ascending. */
  @ApiProperty({ type: 'array', items: { type: 'array', items: { type: 'number' }, minItems: 4, maxItems: 4 } })
  points!: [number, number, number, number][];
  /** `[x, y]` a cluster. */
  @ApiProperty({ type: 'array', items: { type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 } })
  centers!: [number, number][];
  /** Shares of the variance along the two axes. */
  @ApiProperty({ type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 })
  explainedVariance!: [number, number];
  /** Number of points. */
  sampledRows!: number;
}

/** One column of a sample. */
export class SampledColumnDto {
  name!: string;
  @ApiProperty({ enum: COLUMN_TYPES })
  type!: ColumnType;
  /** A cell a row of the sample, null where it is missing. */
  @ApiProperty({ type: 'array', items: { oneOf: [{ type: 'number' }, { type: 'string', nullable: true }] } })
  values!: (number | string | null)[];
}

/** Rows with their cluster, their place in the picture and their cells: what linked views are drawn from. */
export class SampleDto {
  /** Positions in the data set, ascending: all rows, or a seeded sample of them. Those that were left out are not in it. */
  @ApiProperty({ type: 'array', items: { type: 'integer' } })
  rows!: number[];
  /** The cluster of each. */
  @ApiProperty({ type: 'array', items: { type: 'integer' } })
  clusters!: number[];
  /** The first principal component of each. */
  x!: number[];
  /** The second. */
  y!: number[];
  /** `[x, y]` a cluster. */
  @ApiProperty({ type: 'array', items: { type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 } })
  centers!: [number, number][];
  /** Shares of the variance along the two axes. */
  @ApiProperty({ type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 })
  explainedVariance!: [number, number];
  /** Number of rows in the sample. */
  @ApiProperty({ type: 'integer' })
  sampledRows!: number;
  /** Number of rows that have a cluster. */
  @ApiProperty({ type: 'integer' })
  totalRows!: number;
  /** Every column of the data set; none once it has been deleted. */
  columns!: SampledColumnDto[];
}
