import {
  Bool,
  type Data,
  DataType,
  DateDay,
  Field,
  Float32,
  Float64,
  Int32,
  Int64,
  makeData,
  MetadataVersion,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Table,
  tableToIPC,
  TimestampMillisecond,
  Uint64,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import { FileBlock, Footer } from 'apache-arrow/ipc/metadata/file';
import type { Cells, CellType, ColumnHead } from './cells.js';
import type { BinaryFormat } from './binary-format.js';

/** The lengths of a record batch of a file, as the footer tells them. */
export interface ArrowBatch {
  headBytes: number;
  bodyBytes: number;
}

const MAGIC = Buffer.from('ARROW1');
/** The magic, padded to where the first message may begin. */
const MAGIC_BYTES = 8;
/** A continuation marker and a length precede each message. */
const PREFIX_BYTES = 8;
/** A message of no length ends a stream. */
const END = Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);

const TYPES: Record<CellType, () => DataType> = {
  int32: () => new Int32(),
  int64: () => new Int64(),
  uint64: () => new Uint64(),
  float32: () => new Float32(),
  float64: () => new Float64(),
  boolean: () => new Bool(),
  text: () => new Utf8(),
  date: () => new DateDay(),
  timestamp: () => new TimestampMillisecond(),
};

/** Arrow IPC, as a stream or as a file, which has a footer. */
export function arrowFormat(kind: 'file' | 'stream'): BinaryFormat<ArrowBatch> {
  const isFile = kind === 'file';
  return {
    begin: (heads) => {
      const empty = Buffer.from(tableToIPC(new Table(schemaOf(heads)), 'stream'));
      const message = empty.subarray(0, messageBytes(empty));
      return isFile ? Buffer.concat([MAGIC, Buffer.alloc(MAGIC_BYTES - MAGIC.length), message]) : message;
    },
    part: (heads, cells) => {
      const bytes = encodeBatch(heads, cells);
      const headBytes = messageBytes(bytes);
      return { bytes, part: { headBytes, bodyBytes: bytes.length - headBytes } };
    },
    end: (heads, parts) => {
      if (!isFile) return END;
      const blocks = parts.map(
        ({ part: { headBytes, bodyBytes }, offset }) => new FileBlock(headBytes, bodyBytes, offset),
      );
      const footer = Footer.encode(new Footer(schemaOf(heads), MetadataVersion.V5, blocks, []));
      const length = Buffer.alloc(4);
      length.writeInt32LE(footer.length);
      return Buffer.concat([END, footer, length, MAGIC]);
    },
  };
}

/** Bytes of the message that is at the beginning, without its body. */
function messageBytes(bytes: Buffer): number {
  return PREFIX_BYTES + bytes.readInt32LE(4);
}

function schemaOf(heads: readonly ColumnHead[]): Schema {
  return new Schema(heads.map(({ name, type }) => new Field(name, TYPES[type](), true)));
}

/** One record batch, without the schema that goes before it and the end that goes behind. */
function encodeBatch(heads: readonly ColumnHead[], columns: readonly Cells[]): Buffer {
  const schema = schemaOf(heads);
  const children = columns.map((cells, j) => dataOf(schema.fields[j].type as DataType, cells));
  const rows = columns[0].length;
  const data = makeData({ type: new Struct(schema.fields), length: rows, nullCount: 0, children });
  const bytes = Buffer.from(RecordBatchStreamWriter.writeAll([new RecordBatch(schema, data)]).toUint8Array(true));
  return bytes.subarray(messageBytes(bytes), bytes.length - END.length);
}

function dataOf(type: DataType, cells: Cells): Data {
  // Whole columns of numbers are as they lie in memory; others go through the library's builders.
  if (!Array.isArray(cells)) {
    const whole = { length: cells.length, nullCount: 0 };
    if (type instanceof Int32) return makeData({ type, ...whole, data: Int32Array.from(cells) });
    if (type instanceof Float32) return makeData({ type, ...whole, data: Float32Array.from(cells) });
    if (type instanceof Float64) return makeData({ type, ...whole, data: Float64Array.from(cells) });
  }
  return vectorFromArray(Array.from<unknown>(cells), type).data[0];
}
