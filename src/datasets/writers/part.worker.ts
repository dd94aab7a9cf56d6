import { moved } from '../../common/moved.js';
import { BlockReader } from '../blocks/block-codec.js';
import { binaryFormat, type BinaryFormatName } from './binary-formats.js';
import { type Cells, cellsOf, type ColumnHead } from './cells.js';

/** Rows of a stored block, to be written with further columns behind. */
export interface PartTask {
  format: BinaryFormatName;
  /** In shared memory. */
  block: Uint8Array;
  from: number;
  to: number;
  /** All columns, those of the block first. */
  heads: readonly ColumnHead[];
  /** Cells of the columns that the block does not have. */
  added: readonly Cells[];
}

export interface WrittenPart {
  bytes: Uint8Array;
  part: unknown;
}

export default async function write({ format, block, from, to, heads, added }: PartTask): Promise<WrittenPart> {
  const { part } = await binaryFormat(format);
  const reader = new BlockReader(block);
  const own = Array.from({ length: reader.columns }, (_, j) => cellsOf(reader.column(j), heads[j].type, from, to));
  return moved(part(heads, [...own, ...added]));
}
