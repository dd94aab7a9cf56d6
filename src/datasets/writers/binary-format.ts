import type { Cells, ColumnHead } from './cells.js';

/** What the end of a file has to know of a part: plain data, which crosses threads. */
export interface PlacedPart<Part = unknown> {
  part: Part;
  /** Bytes of the file that go before it. */
  offset: number;
}

/** A format that is written part by part, several at a time wherever, for none has to know of the others. */
export interface BinaryFormat<Part = unknown> {
  /** What goes before the first part. */
  begin: (heads: readonly ColumnHead[]) => Uint8Array;
  /**
   * Some rows, at least one.
   *
   * @param cells a column each, all of the same length
   */
  part: (heads: readonly ColumnHead[], cells: readonly Cells[]) => { bytes: Uint8Array; part: Part };
  /**
   * What goes behind the last part.
   *
   * @param offset bytes of the file that go before
   */
  end: (heads: readonly ColumnHead[], parts: readonly PlacedPart<Part>[], offset: number) => Uint8Array;
}
