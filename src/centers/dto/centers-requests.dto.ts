import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsIn, IsOptional } from 'class-validator';
import { IsText } from '../../common/text.decorator.js';

/** Centres brought from elsewhere as plain numbers. */
export class ImportCentersDto {
  @IsOptional()
  @IsText(1, 200)
  name?: string;

  /** The names of the columns, in the order in which rows will be given. */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(16_384)
  @IsText(1, 500, { each: true })
  columns!: string[];

  /** One centre a row, in the units of the data. */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100_000)
  @IsArray({ each: true })
  @ApiProperty({ type: 'array', minItems: 1, maxItems: 100_000, items: { type: 'array', items: { type: 'number' } } })
  values!: number[][];
}

export class RenameCentersDto {
  @IsText(1, 200)
  name!: string;
}

export const EXPORT_FORMATS = ['json', 'csv', 'npy', 'sklearn'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export class ExportQuery {
  /**
   * `json`: the whole bundle, importable elsewhere. `csv` and `npy`: the centres in the units of the data, one a row.
   * `sklearn`: Python that defines `model`, whose `predict(X)` takes a 2-D array in the order of `columns`.
   */
  @IsIn(EXPORT_FORMATS)
  format: ExportFormat = 'json';
}

export class PredictionQuery {
  /** `distances` adds the distance to every centre. */
  @IsOptional()
  @IsIn(['distances'])
  detail?: 'distances';
}
