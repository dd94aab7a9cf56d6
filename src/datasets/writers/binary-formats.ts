import type { BinaryFormat } from './binary-format.js';

export type BinaryFormatName = 'parquet' | 'arrow' | 'arrow-stream';

/** A format that has types. Loaded when it is needed: each comes with a library of some megabytes. */
export async function binaryFormat(name: BinaryFormatName): Promise<BinaryFormat> {
  if (name === 'parquet') return (await import('./parquet.js')).parquetFormat as BinaryFormat;
  const { arrowFormat } = await import('./arrow.js');
  return arrowFormat(name === 'arrow' ? 'file' : 'stream') as BinaryFormat;
}
