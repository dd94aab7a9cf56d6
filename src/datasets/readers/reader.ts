import type { ReadingNotes } from '../dataset-types.js';
import type { Source } from './source.js';
import type { TableWriter } from './table-writer.js';

/** What the sender may say about a file; what is left out is sniffed. */
export interface ReadOptions {
  /** One character. */
  delimiter?: string;
  header?: boolean;
  /** A label of the WHATWG Encoding standard. */
  encoding?: string;
  decimalComma?: boolean;
}

/** Reads one format into a table; throws what is told to the sender. */
export type Reader = (source: Source, table: TableWriter, options: ReadOptions) => Promise<ReadingNotes>;
