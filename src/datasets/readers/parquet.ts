import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadata,
  parquetRead,
  parquetSchema,
  snappyUncompress,
  type ParquetParsers,
} from 'hyparquet';
import { decompressLz4, decompressLz4Raw } from 'hyparquet-compressors';
import type { ReadingNotes } from '../dataset-types.js';
import { tooLarge, unreadable } from '../datasets.errors.js';
import type { CellType } from '../writers/cells.js';
import { writeValue } from './plain-values.js';
import type { SeekableFile } from './seekable.js';
import type { Source } from './source.js';
import type { TableWriter } from './table-writer.js';

const MAGIC = 'PAR1';
const TAIL = 8;
const MAX_FOOTER = 64 * 2 ** 20;
/** Bytes that one page may unpack to. */
const MAX_PAGE = 128 * 2 ** 20;
/** Cells that are decoded at once. */
const WINDOW_CELLS = 4 * 2 ** 20;
/** Bytes that a cell takes at least once it is unpacked. */
const CELL_BYTES = 8;

/** Reads flat Parquet files, whatever codec, row group by row group. */
export async function readParquet(source: Source, table: TableWriter): Promise<ReadingNotes> {
  return source.seek(async (file) => {
    const metadata = readFooter(file);
    const columns = columnNames(metadata);
    checkSize(metadata, columns.length, source.maxBytes);
    if (new Set(columns).size < columns.length) nameByPosition(metadata);
    table.start(columns.length, columns, {}, cellTypes(metadata));
    let first = 0;
    for (const group of metadata.row_groups) {
      const end = first + Number(group.num_rows);
      const window = Math.max(1, Math.floor(WINDOW_CELLS / columns.length));
      for (let row = first; row < end; row += window) {
        writeRows(table, await readRows(file, metadata, row, Math.min(end, row + window)), row);
        await table.drained();
      }
      first = end;
    }
    return {};
  });
}

function readFooter(file: SeekableFile): FileMetaData {
  if (file.size < TAIL + MAGIC.length) throw unreadable('truncated', 'The Parquet file ends within its first bytes.');
  const tail = file.read(file.size - TAIL, TAIL);
  if (tail.toString('latin1', 4) !== MAGIC) {
    throw unreadable('truncated', 'The Parquet file does not end as one does: it was cut off or damaged.');
  }
  const length = tail.readUInt32LE(0);
  if (length > MAX_FOOTER) throw unreadable('damaged', `The Parquet footer says it has ${length} bytes.`);
  const footer = file.read(file.size - TAIL - length, length + TAIL);
  return parquetMetadata(footer.buffer, { geoparquet: false });
}

function columnNames(metadata: FileMetaData): string[] {
  return parquetSchema(metadata).children.map(({ element, children }) => {
    if (children.length > 0 || element.repetition_type === 'REPEATED') {
      throw unreadable('nested', `Column ${JSON.stringify(element.name)} holds lists or records; a cell is one value.`);
    }
    return element.name;
  });
}

/** The library finds columns by name: of two with the same one it would read the first twice. */
function nameByPosition(metadata: FileMetaData): void {
  parquetSchema(metadata).children.forEach(({ element }, position) => {
    element.name = String(position);
  });
  for (const { columns } of metadata.row_groups) {
    columns.forEach(({ meta_data: chunk }, position) => {
      if (chunk) chunk.path_in_schema = [String(position)];
    });
  }
}

/** What the columns are written as again; what has no counterpart, as what its cells are read as. */
function cellTypes(metadata: FileMetaData): CellType[] {
  return parquetSchema(metadata).children.map(({ element }) => {
    const { type, converted_type: converted = '', logical_type: logical } = element;
    if (converted === 'DECIMAL' || logical?.type === 'DECIMAL') return 'float64';
    if (logical?.type === 'FLOAT16') return 'float32';
    switch (type) {
      case 'BOOLEAN':
        return 'boolean';
      case 'INT32':
        if (converted === 'DATE' || logical?.type === 'DATE') return 'date';
        return converted === 'UINT_32' ? 'int64' : 'int32';
      case 'INT64':
        if (converted.startsWith('TIMESTAMP') || logical?.type === 'TIMESTAMP') return 'timestamp';
        return converted === 'UINT_64' ? 'uint64' : 'int64';
      case 'INT96':
        return 'timestamp';
      case 'FLOAT':
        return 'float32';
      case 'DOUBLE':
        return 'float64';
      default:
        return 'text';
    }
  });
}

/** What the footer declares is believed only as far as it fits. */
function checkSize(metadata: FileMetaData, columns: number, maxBytes: number): void {
  let rows = 0;
  for (const group of metadata.row_groups) {
    if (group.num_rows < 0n || group.columns.length !== columns) {
      throw unreadable('damaged', 'A row group of the Parquet file does not agree with its schema.');
    }
    rows += Number(group.num_rows);
  }
  if (rows !== Number(metadata.num_rows)) {
    throw unreadable('damaged', `The Parquet footer says ${metadata.num_rows} rows; its row groups hold ${rows}.`);
  }
  if (rows * columns * CELL_BYTES > maxBytes) {
    throw tooLarge(
      'unpacks_too_large',
      `The Parquet file declares ${rows} x ${columns} cells: more than ${maxBytes} bytes.`,
    );
  }
}

async function readRows(
  file: SeekableFile,
  metadata: FileMetaData,
  rowStart: number,
  rowEnd: number,
): Promise<unknown[][]> {
  let rows: unknown[][] = [];
  await parquetRead({
    file: asyncBuffer(file),
    metadata,
    rowStart,
    rowEnd,
    compressors: COMPRESSORS,
    parsers: PARSERS,
    geoparquet: false,
    onComplete: (read) => {
      rows = read;
    },
  });
  if (rows.length !== rowEnd - rowStart) {
    throw unreadable('damaged', `Rows ${rowStart + 1} to ${rowEnd} of the Parquet file are not all there.`);
  }
  return rows;
}

function writeRows(table: TableWriter, rows: unknown[][], first: number): void {
  for (let row = 0; row < rows.length; row++) {
    const place = (): string => `Row ${first + row + 1}`;
    for (let column = 0; column < table.columns; column++) writeValue(table, column, rows[row][column], place);
    table.endRow();
  }
}

function asyncBuffer(file: SeekableFile): AsyncBuffer {
  return {
    byteLength: file.size,
    slice: (start, end = file.size) => file.read(start, end - start).buffer,
  };
}

/** Node's own codecs, and the library's for those that Node lacks; none unpacks to more than the page says. */
export const COMPRESSORS: Compressors = {
  SNAPPY: (input, length) => {
    page(length);
    // Exactly as long: the library holds what it unpacked against it.
    const output = new Uint8Array(length);
    snappyUncompress(input, output);
    return output;
  },
  GZIP: (input, length) => gunzipSync(input, { maxOutputLength: page(length) }),
  BROTLI: (input, length) => brotliDecompressSync(input, { maxOutputLength: page(length) }),
  ZSTD: (input, length) => zstdDecompressSync(input, { maxOutputLength: page(length) }),
  LZ4: (input, length) => decompressLz4(input, page(length)),
  LZ4_RAW: (input, length) => decompressLz4Raw(input, page(length)),
};

function page(length: number): number {
  if (length > MAX_PAGE) throw tooLarge('unpacks_too_large', `A page of the Parquet file unpacks to ${length} bytes.`);
  return Math.max(1, length);
}

/** Dates and times become ISO 8601; text that is JSON stays text. */
const PARSERS: Partial<ParquetParsers> = {
  dateFromDays: (days) => isoDate(days * 86_400_000).slice(0, -14),
  timestampFromMilliseconds: (time) => isoDate(Number(time)),
  timestampFromMicroseconds: (time) => isoDate(Number(time / 1000n)),
  timestampFromNanoseconds: (time) => isoDate(Number(time / 1_000_000n)),
  jsonFromBytes: (bytes) => new TextDecoder().decode(bytes),
};

function isoDate(milliseconds: number): string {
  const date = new Date(milliseconds);
  // What is beyond the calendar of Date is no date; it is kept as the number that it was.
  return Number.isNaN(date.getTime()) ? String(milliseconds) : date.toISOString();
}
