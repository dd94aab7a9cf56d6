import { ApiProperty } from '@nestjs/swagger';

/** Rows to place: exactly one of the two. Described here; read by `readPredictionBody`, at once and without copies. */
export class PredictionRequestDto {
  /** Cells in the order of `columns`; null is a missing value. */
  @ApiProperty({
    required: false,
    type: 'array',
    items: {
      type: 'array',
      items: { oneOf: [{ type: 'number' }, { type: 'string', nullable: true }] },
    },
    example: [[5.1, 3.5, 1.4, 0.2]],
  })
  rows?: (number | string | null)[][];

  /** The same by column name, in any order; the id column may be among them. */
  @ApiProperty({ required: false, type: 'array', items: { type: 'object', additionalProperties: true } })
  records?: Record<string, number | string | null>[];
}

export class PredictionDto {
  cluster!: number;
  /** To the centre of the cluster, in the space trained in. */
  distance!: number;
  /** The second nearest cluster; null at k 1. */
  runnerUp!: number | null;
  /** 0..1: 1 - distance / distance to the runner-up. */
  margin!: number | null;
  /** Farther than 99 % of the cluster's training rows; null where that is not known. */
  outlier!: boolean | null;
  /** What the record's id column held. */
  @ApiProperty({ required: false, oneOf: [{ type: 'number' }, { type: 'string', nullable: true }] })
  id?: number | string | null;
  /** Columns whose category training never saw; it counts as none. Absent where there is none such. */
  unknown?: string[];
  /** To every centre, with `detail=distances`. */
  distances?: number[];
}

export class PredictionsDto {
  centersId!: string;
  predictions!: PredictionDto[];
}
