import { ApiProperty } from '@nestjs/swagger';

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
}

export class CentersMetricsDto {
  silhouette!: number | null;
  /** Rows the silhouette was taken on. */
  silhouetteRows!: number;
  calinskiHarabasz!: number | null;
  daviesBouldin!: number | null;
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
  createdAt!: Date;
}

export class CentersPage {
  items!: CentersDto[];
  nextCursor!: string | null;
}
