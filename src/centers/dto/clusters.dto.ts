import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ValidateIf } from 'class-validator';
import { IsText } from '../../common/text.decorator.js';
import { PredictionDto } from './predictions.dto.js';

export class ColumnProfileDto {
  /** A column, or `column=category`, which is 0 or 1. */
  name!: string;
  /** Of the cluster's rows, in the units of the data; the centre's value where the rows are not known. */
  mean!: number;
  /** Standard deviation (n) within the cluster. */
  deviation!: number | null;
  overallMean!: number | null;
  overallDeviation!: number | null;
  /** (mean - overallMean) / overallDeviation; null for a constant column. */
  zScore!: number | null;
}

export class ClusterDto {
  cluster!: number;
  name!: string | null;
  /** Rows. */
  size!: number | null;
  /** Of all rows, 0..1. */
  share!: number | null;
  /** Of the rows to the centre, in the space trained in. */
  meanDistance!: number | null;
  radius!: number | null;
  silhouette!: number | null;
  /** The silhouette coefficients of its rows by percentile, every fifth from 0 to 100, to four decimals. */
  @ApiProperty({ type: 'object', additionalProperties: { type: 'number' }, nullable: true })
  silhouettePercentiles!: Record<string, number> | null;
  /** The columns that set the cluster apart most come first. */
  columns!: ColumnProfileDto[];
  /** The same in a few words. */
  @ApiProperty({ type: 'string', nullable: true, example: 'long petals, wide petals; 50 rows' })
  summary!: string | null;
}

export class ClusterPage {
  items!: ClusterDto[];
  nextCursor!: string | null;
}

export class NameClusterDto {
  /** Null takes the name away. */
  @ApiProperty({ type: 'string', nullable: true, minLength: 1, maxLength: 200 })
  @ValidateIf((_, value) => value !== null)
  @IsText(1, 200)
  name!: string | null;
}

/** One row to explain: exactly one of the two. Read by `readRowBody`. */
export class ExplanationRequestDto {
  /** Cells in the order of `columns`. */
  @ApiProperty({
    required: false,
    type: 'array',
    items: { oneOf: [{ type: 'number' }, { type: 'string', nullable: true }] },
    example: [5.1, 3.5, 1.4, 0.2],
  })
  row?: (number | string | null)[];

  /** The same by column name, in any order. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  record?: Record<string, number | string | null>;
}

export class ColumnExplanationDto {
  name!: string;
  /** As given; null where it was missing. */
  @ApiProperty({ oneOf: [{ type: 'number' }, { type: 'string', nullable: true }] })
  value!: number | string | null;
  /** The centre of the cluster, in the units of the data; of a category, its share; null where the row has none. */
  @ApiProperty({ type: 'number', nullable: true })
  center!: number | null;
  /** The centre of the runner-up. */
  runnerUpCenter!: number | null;
  /**
   * (x - runnerUp)^2 - (x - cluster)^2 in the space trained in: above 0 the column speaks for the cluster, below 0 for
   * the runner-up. Null at k 1.
   */
  contribution!: number | null;
}

export class ExplanationDto {
  centersId!: string;
  prediction!: PredictionDto;
  columns!: ColumnExplanationDto[];
  /** The sum of the contributions: squared distance to the runner-up less squared distance to the cluster. */
  difference!: number | null;
}
