import { open } from 'node:fs/promises';
import { zstdDecompressSync } from 'node:zlib';
import {
  CompressionType,
  compressionRegistry,
  DataType,
  type Field,
  MessageReader,
  Precision,
  type RecordBatch,
  RecordBatchReader,
  type Schema,
} from 'apache-arrow';
import lz4 from 'lz4js';
import type { ReadingNotes } from '../dataset-types.js';
import { tooLarge, unreadable } from '../datasets.errors.js';
import type { CellType } from '../writers/cells.js';
import { writeValue } from './plain-values.js';
import type { SeekableFile } from './seekable.js';
import type { Source } from './source.js';
import type { TableWriter } from './table-writer.js';

/** Bytes that one buffer of a record batch may unpack to. */
const MAX_BUFFER = 256 * 2 ** 20;

/** What the library's types call void. */
const frameBound = lz4.decompressBound as (frame: Uint8Array) => unknown;

const FILE_MAGIC = 'ARROW1';
const STREAM_END = '\xff\xff\xff\xff\0\0\0\0';
const TAIL_BYTES = 8;
/** The magic with its padding. */
const MAGIC_BYTES = 8;
/** What a file ends with: how long the footer is, and the magic. */
const FOOTER_TAIL = 4 + FILE_MAGIC.length;
/** Bytes within which the first message of a file tells what it is. */
const FILE_HEAD = 2 ** 16;

/** What a file or stream ends with. */
interface Tail {
  isFile: boolean;
  bytes: Buffer;
}

compressionRegistry.set(CompressionType.ZSTD, {
  decode: (data) => zstdDecompressSync(data, { maxOutputLength: MAX_BUFFER }),
});
compressionRegistry.set(CompressionType.LZ4_FRAME, {
  decode: (data) => {
    // The library adds up what the blocks of the frame say they unpack to.
    const bound = Number(frameBound(data));
    if (!(bound <= MAX_BUFFER))
      throw tooLarge('unpacks_too_large', `A buffer of the Arrow file unpacks to ${bound} bytes.`);
    return lz4.decompress(data, bound);
  },
});

/** Makes a cell of what a vector of some type gives. */
type Convert = (value: unknown) => unknown;

/** Reads Arrow IPC, file and stream, record batch by record batch. */
export async function readArrow(source: Source, table: TableWriter): Promise<ReadingNotes> {
  if (await leavesSchemaToFooter(source)) return source.seek((file) => readByFooter(file, table));
  const end: Tail = { isFile: false, bytes: Buffer.alloc(TAIL_BYTES) };
  const stream = streamOf(source, end);
  const reader = await RecordBatchReader.from(stream);
  await reader.open();
  const converts = startTable(table, reader.schema);
  for await (const batch of reader) {
    takeBatch(table, batch, converts);
    await table.drained();
  }
  await stream.return(undefined);
  requireEnd(end);
  return {};
}

/** Files that Arrow's own JavaScript library writes do not begin with the schema, as the stream inside of a file should. */
async function leavesSchemaToFooter(source: Source): Promise<boolean> {
  const head = await source.head(FILE_HEAD);
  // Less is a file that was cut off, however it begins.
  if (!head.toString('latin1').startsWith(FILE_MAGIC) || head.length < MAGIC_BYTES + STREAM_END.length) return false;
  try {
    // There is no message at all where there are no batches.
    return new MessageReader(head.subarray(MAGIC_BYTES)).readMessage()?.isSchema() !== true;
  } catch {
    // Longer than the head, or damaged.
    return false;
  }
}

/** Reads a file by what its footer says of where its batches are. */
async function readByFooter(file: SeekableFile, table: TableWriter): Promise<ReadingNotes> {
  const tail = file.read(file.size - FOOTER_TAIL, FOOTER_TAIL);
  requireEnd({ isFile: true, bytes: tail });
  const length = tail.readInt32LE(0);
  if (!(length > 0 && length <= file.size - FOOTER_TAIL - MAGIC_BYTES)) {
    throw unreadable('damaged', `The Arrow footer says it has ${length} bytes.`);
  }
  const handle = await open(file.path);
  try {
    const reader = await RecordBatchReader.from(handle);
    await reader.open();
    const converts = startTable(table, reader.schema);
    let batches = 0;
    for await (const batch of reader) {
      takeBatch(table, batch, converts);
      await table.drained();
      batches++;
    }
    // The library leaves off where there is none at the place that the footer tells, and gives an empty one for none.
    if (batches >= reader.numRecordBatches) return {};
    throw unreadable('truncated', `The Arrow file holds ${batches} of its ${reader.numRecordBatches} batches of rows.`);
  } finally {
    await handle.close();
  }
}

/**
 * The stream inside of a file, which lies between its magic (8 bytes with padding) and its footer.
 *
 * @param end OUT, the last bytes
 */
async function* streamOf(source: Source, end: Tail): AsyncGenerator<Uint8Array> {
  const chunks = source.chunks();
  const next = async (): Promise<Buffer | undefined> => {
    const step = await chunks.next();
    if (step.done) return undefined;
    end.bytes = Buffer.concat([end.bytes, step.value.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
    return step.value;
  };
  try {
    let chunk = await next();
    end.isFile = chunk?.toString('latin1', 0, FILE_MAGIC.length) === FILE_MAGIC;
    if (end.isFile) chunk = chunk?.subarray(MAGIC_BYTES);
    for (; chunk; chunk = await next()) yield chunk;
  } finally {
    // The library leaves off at the end mark, before the footer.
    while (await next());
  }
}

/** Sees that a file ends with its magic and a stream with its end mark: rows may be missing where they do not. */
function requireEnd({ isFile, bytes }: Tail): void {
  const end = bytes.toString('latin1');
  if (isFile ? end.endsWith(FILE_MAGIC) : end === STREAM_END) return;
  throw unreadable('truncated', `The Arrow ${isFile ? 'file' : 'stream'} does not end as one does: it was cut off.`);
}

function startTable(table: TableWriter, schema: Schema): Convert[] {
  table.start(
    schema.fields.length,
    schema.fields.map(({ name }) => name),
    {},
    schema.fields.map(cellTypeOf),
  );
  return schema.fields.map(converterOf);
}

/** What a column is written as again; what has no counterpart, as what its cells are read as. */
function cellTypeOf(field: Field): CellType {
  const type = (DataType.isDictionary(field.type) ? field.type.dictionary : field.type) as DataType;
  if (DataType.isInt(type)) {
    if (type.bitWidth === 64) return type.isSigned ? 'int64' : 'uint64';
    return type.bitWidth === 32 && !type.isSigned ? 'int64' : 'int32';
  }
  if (DataType.isFloat(type)) return type.precision === Precision.DOUBLE ? 'float64' : 'float32';
  if (DataType.isBool(type)) return 'boolean';
  if (DataType.isDate(type)) return 'date';
  if (DataType.isTimestamp(type)) return 'timestamp';
  if (DataType.isDecimal(type)) return 'float64';
  return DataType.isTime(type) || DataType.isDuration(type) ? 'int64' : 'text';
}

function converterOf(field: Field): Convert {
  const type = (DataType.isDictionary(field.type) ? field.type.dictionary : field.type) as DataType;
  if (DataType.isDate(type)) return (value) => iso(value)?.slice(0, -14);
  if (DataType.isTimestamp(type)) return iso;
  if (DataType.isDecimal(type)) {
    const { scale } = type;
    return (value) => (value === null ? null : Number(`${decimalDigits(value as Uint32Array)}e${-scale}`));
  }
  if (
    DataType.isInt(type) ||
    DataType.isFloat(type) ||
    DataType.isBool(type) ||
    DataType.isUtf8(type) ||
    DataType.isLargeUtf8(type) ||
    DataType.isTime(type) ||
    DataType.isDuration(type) ||
    DataType.isNull(type)
  ) {
    return (value) => value;
  }
  throw unreadable(
    'nested',
    `Column ${JSON.stringify(field.name)} is of type ${typeName(type)}; a cell is one plain value.`,
  );
}

function typeName(type: DataType): string {
  return (type as { toString(): string }).toString();
}

function takeBatch(table: TableWriter, batch: RecordBatch, converts: Convert[]): void {
  const vectors = converts.map((_, column) => batch.getChildAt(column));
  const rows = batch.numRows;
  for (const [column, vector] of vectors.entries()) {
    if (!vector || vector.length < rows) {
      throw unreadable('damaged', `Column ${table.nameOf(column)} of an Arrow batch is shorter than the batch.`);
    }
  }
  for (let row = 0; row < rows; row++) {
    const number = table.rows + 1;
    const place = (): string => `Row ${number}`;
    for (let column = 0; column < vectors.length; column++) {
      writeValue(table, column, converts[column](vectors[column]!.get(row)), place);
    }
    table.endRow();
  }
}

/** Milliseconds since 1970, as ISO 8601; null stays missing. */
function iso(value: unknown): string | undefined {
  if (value === null) return undefined;
  const milliseconds = Number(value);
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime()))
    throw unreadable('bad_date', `${milliseconds} ms since 1970 is beyond the calendar.`);
  return date.toISOString();
}

/** The digits of a two's complement number in 32-bit words, the lowest first. */
function decimalDigits(words: Uint32Array): bigint {
  let value = 0n;
  for (let i = words.length - 1; i >= 0; i--) value = (value << 32n) | BigInt(words[i]);
  return BigInt.asIntN(32 * words.length, value);
}
