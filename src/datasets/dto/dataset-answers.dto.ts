import { ApiProperty } from '@nestjs/swagger';
import { DATE_ORDERS, type DateOrder } from '../../ml/preparation/dates.js';
import {
  type Cell,
  COLUMN_TYPES,
  type ColumnType,
  DATASET_FORMATS,
  type DatasetFormat,
  type FrequentValue,
} from '../dataset-types.js';

export class HistogramDto {
  min!: number;
  max!: number;
  /** Rows in each of 20 equally wide bins from `min` to `max`. */
  counts!: number[];
}

export class FrequentValueDto implements FrequentValue {
  @ApiProperty({ oneOf: [{ type: 'number' }, { type: 'string' }] })
  value!: number | string;
  count!: number;
}

/** What one column holds. Figures of numbers leave missing cells out; those of dates are in milliseconds since 1970. */
export class ColumnDto {
  name!: string;
  @ApiProperty({ enum: COLUMN_TYPES })
  type!: ColumnType;
  /** The reason for the type. */
  why!: string;
  /** Cells without a value. */
  missing!: number;
  /** Distinct values, missing ones aside. */
  distinct!: number;
  /** True where distinct, quartiles, histogram and frequent values are estimates, since there are many values. */
  estimated!: boolean;
  /** Of a column of dates: what comes first; `2024-12-31` is year-first, `31.12.2024` day-first, `12/31/2024` month-first. */
  @ApiProperty({ enum: DATE_ORDERS, required: false })
  dateOrder?: DateOrder;
  @ApiProperty({ oneOf: [{ type: 'number' }, { type: 'string', description: 'A date in ISO 8601.' }], required: false })
  min?: number | string;
  @ApiProperty({ oneOf: [{ type: 'number' }, { type: 'string', description: 'A date in ISO 8601.' }], required: false })
  max?: number | string;
  mean?: number;
  /** Standard deviation of the sample (n - 1). */
  std?: number;
  skewness?: number;
  /** First quartile, median, third quartile. */
  @ApiProperty({ type: [Number], minItems: 3, maxItems: 3, required: false })
  quartiles?: [number, number, number];
  histogram?: HistogramDto;
  /** Values that occur more than once, up to ten, the most frequent first. */
  frequent!: FrequentValueDto[];
}

/** How a file was understood. */
export class ReadingDto {
  gzip?: boolean;
  encoding?: string;
  delimiter?: string;
  header?: boolean;
  /** Whether `1,5` was read as a number. */
  decimalComma?: boolean;
}

export class DatasetDto {
  id!: string;
  chatId!: string;
  name!: string;
  @ApiProperty({ enum: DATASET_FORMATS })
  format!: DatasetFormat;
  rowCount!: number;
  columns!: ColumnDto[];
  warnings!: string[];
  reading!: ReadingDto;
  /** Of the file as uploaded, in hexadecimal. */
  sha256!: string;
  /** Of the file as uploaded. */
  sizeBytes!: number;
  createdAt!: Date;
}

export class DatasetPage {
  items!: DatasetDto[];
  nextCursor!: string | null;
}

export class DatasetRowsDto {
  columns!: string[];
  /** Numbers in number columns, text in others, null where missing. */
  @ApiProperty({
    type: 'array',
    items: {
      type: 'array',
      items: { oneOf: [{ type: 'number' }, { type: 'string', nullable: true }] },
    },
  })
  rows!: Cell[][];
  offset!: number;
  /** Rows in the whole data set. */
  total!: number;
}
