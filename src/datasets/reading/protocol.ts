import type { DatasetFormat, ReadingNotes } from '../dataset-types.js';
import type { Refusal } from '../datasets.errors.js';
import type { DateOrder } from '../../ml/preparation/dates.js';
import type { ReadOptions } from '../readers/reader.js';
import type { JsonRows } from '../readers/rows.js';
import type { TableLimits, TableSummary } from '../readers/table-writer.js';

/** What a reader process is asked to read: a file, or rows that came in a request's body. */
export interface ReadJob {
  file?: { path: string; name: string };
  rows?: JsonRows;
  /** Whether the file is still coming in; {@link FileWhole} follows when it is there. */
  arriving?: boolean;
  options: ReadOptions;
  /** Spellings of a missing value besides the empty one; undefined for the usual ones. */
  missing?: string[];
  /** Of dates such as 3/4/2024, where their values do not tell. */
  dateOrder?: DateOrder;
  limits: TableLimits & { maxUnpackedBytes: number };
}

/** Tells the reader that the file of its job is whole. */
export interface FileWhole {
  whole: true;
}

/** What came of a job. */
export type ReadOutcome =
  { table: TableSummary; format: DatasetFormat; notes: ReadingNotes } | { refusal: Refusal } | { fault: string };

/** What it answers in the end, after all blocks. */
export interface ReadEnd {
  outcome: ReadOutcome;
  /** Whether the process should take no more jobs: it broke, or keeps too much memory. */
  spent: boolean;
}

/*
 * Frames from a reader process: u8 type, u32 length (little-endian) of what follows; a block begins with the u32 number
 * of its first row.
 */
export const FRAME_HEAD = 5;
export const BLOCK_FRAME = 1;
export const END_FRAME = 2;
/** What is known of the table before its first block, as JSON. */
export const BEGIN_FRAME = 3;

/** Settings of a reader process, as its only argument in JSON. */
export interface ReaderSettings {
  /** Resident bytes beyond which it ends itself. */
  memoryBytes: number;
}
