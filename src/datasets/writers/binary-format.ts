import type { Cells, ColumnHead } from './cells.js';

/**
 * A format that is written part by part, wherever: what a part needs to know of the others is where it begins, and what
 * the end needs to know of it is plain data, which crosses threads.
 */
export interface BinaryFormat<Part = unknown> {
  /** What goes before the first part. */
  begin: (heads: readonly ColumnHead[]) => Uint8Array;
  /**
   * Some rows, at least one.
   *
   * @param cells a column each, all of the same length
   * @param offset bytes of the file that go before
   */
  part: (heads: readonly ColumnHead[], cells: readonly Cells[], offset: number) => { bytes: Uint8Array; part: Part };
  /** What goes behind the last part. */
  end: (heads: readonly ColumnHead[], parts: Part[], offset: number) => Uint8Array;
}
