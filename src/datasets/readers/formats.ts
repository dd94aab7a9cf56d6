import type { DatasetFormat, ReadingNotes } from '../dataset-types.js';
import { readCsv } from './csv.js';
import type { ReadOptions } from './reader.js';
import { Source } from './source.js';
import type { TableWriter } from './table-writer.js';

/** What a file turned out to be. */
export interface FileNotes {
  format: DatasetFormat;
  notes: ReadingNotes;
}

/**
 * Reads a file of any format; which one, its content tells, and its name where the content leaves it open.
 *
 * @param file where it lies, and what its sender calls it
 * @param maxUnpackedBytes bytes that a gzipped file may unpack to
 */
export async function readFile(
  file: { path: string; name: string },
  table: TableWriter,
  options: ReadOptions,
  maxUnpackedBytes: number,
): Promise<FileNotes> {
  const source = await Source.open(file.path, maxUnpackedBytes);
  const notes = await readCsv(source, table, options);
  return { format: notes.delimiter === '\t' ? 'tsv' : 'csv', notes: { ...notes, ...(source.gzip && { gzip: true }) } };
}
