import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** What training knew of one cluster; distances are in the space trained in. */
export class ClusterFactsDto {
  /** Rows. */
  size!: number;
  meanDistance!: number;
  /** Distance of the farthest row. */
  radius!: number;
  silhouette!: number | null;
  /** By percentile; null for a cluster without rows. */
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'number' },
    nullable: true,
    example: { '50': 0.61, '99': 1.73 },
  })
  distancePercentiles!: Record<string, number> | null;
  /** The silhouette coefficients of its rows by percentile, every fifth from 0 to 100, to four decimals. */
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'number' },
    example: { '0': -0.02, '50': 0.61, '100': 0.74 },
  })
  silhouettePercentiles?: Record<string, number>;
}

export class CentersMetricsDto {
  silhouette!: number | null;
  /** Rows the silhouette was taken on. */
  silhouetteRows!: number;
  calinskiHarabasz!: number | null;
  daviesBouldin!: number | null;
}

/** Rows that were in one cluster by the parent and are in one now. */
export class TransitionDto {
  /** Null for rows that the parent cannot place, such as those with a missing value. */
  from!: number | null;
  to!: number;
  rows!: number;
}

/** How the rows of a retraining moved between the clusters of the parent and the new ones. */
export class TransitionsDto {
  /** Rows whose cluster has the number that the parent gives them. */
  stayed!: number;
  /** Rows whose cluster has another number. */
  moved!: number;
  /** Rows that the parent cannot place. */
  unplaced!: number;
  /** By `from`, then `to`; pairs without rows are left out. */
  table!: TransitionDto[];
  /** Rows in pairs beyond the 10,000 of the most rows, which the table leaves out. */
  unlisted!: number;
}

export class CentersDto {
  id!: string;
  chatId!: string;
  /** The run that made them; null when they were imported. */
  runId!: string | null;
  /** The centers that they were retrained from. */
  parentId!: string | null;
  name!: string;
  /** Counts from 1 within the chat. */
  version!: number;
  k!: number;
  columns!: string[];
  /** What the columns become: a category a feature, all others themselves. */
  features!: string[];
  /** `k x features`, in the units of the data: dates in milliseconds since 1970, a category as the share of rows in it. */
  @ApiProperty({ type: 'array', items: { type: 'array', items: { type: 'number' } } })
  values!: number[][];
  /** Rows a cluster; null when imported without. */
  sizes!: number[] | null;
  clusters!: ClusterFactsDto[] | null;
  /** Names that people gave to the clusters, one each. */
  @ApiProperty({ type: 'array', items: { type: 'string', nullable: true } })
  clusterNames!: (string | null)[];
  @ApiProperty({ enum: ['euclidean', 'cosine'] })
  metric!: 'euclidean' | 'cosine';
  /** All that a prediction replays. */
  @ApiProperty({ type: 'object', additionalProperties: true })
  preprocessing!: object;
  /** The column that names a row; not trained on. */
  idColumn!: string | null;
  inertia!: number | null;
  metrics!: CentersMetricsDto | null;
  /** What the run was asked for, defaults filled in. */
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true })
  params!: object | null;
  seed!: number | null;
  engineVersion!: string | null;
  datasetSha256!: string | null;
  /** Of retrained centers: how rows moved between the parent's clusters and these. */
  transitions!: TransitionsDto | null;
  createdAt!: Date;
}

export class CentersPage {
  items!: CentersDto[];
  nextCursor!: string | null;
}
