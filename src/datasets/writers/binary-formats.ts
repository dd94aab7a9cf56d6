import { arrowFormat } from './arrow.js';
import type { BinaryFormat } from './binary-format.js';
import { parquetFormat } from './parquet.js';

export type BinaryFormatName = 'parquet' | 'arrow' | 'arrow-stream';

export const BINARY_FORMATS: Record<BinaryFormatName, BinaryFormat> = {
  parquet: parquetFormat as BinaryFormat,
  arrow: arrowFormat('file') as BinaryFormat,
  'arrow-stream': arrowFormat('stream') as BinaryFormat,
};
