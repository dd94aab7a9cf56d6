import type { ReadingNotes } from '../dataset-types.js';
import { tooLarge, unreadable } from '../datasets.errors.js';
import type { SeekableFile } from './seekable.js';
import type { Source } from './source.js';
import type { TableWriter } from './table-writer.js';

const MAGIC_LENGTH = 6;
const MAX_HEADER = 2 ** 16;
const WINDOW_BYTES = 2 ** 22;

/** What the header of an NPY file says. */
interface NpyHeader {
  /** `f`, `i`, `u` or `b`. */
  kind: string;
  /** Bytes of one value. */
  width: number;
  littleEndian: boolean;
  fortranOrder: boolean;
  rows: number;
  columns: number;
  /** Where the values begin. */
  offset: number;
}

/** Reads one value from the bytes of a window. */
type ReadValue = (view: DataView, at: number) => number | bigint;

/**
 * Reads NPY (versions 1 to 3): one or two dimensions of `f2 f4 f8 i1..i8 u1..u8 b1` in either byte order, C or Fortran
 * order. Booleans become 0 and 1.
 *
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export async function readNpy(source: Source, table: TableWriter): Promise<ReadingNotes> {
  return source.seek(async (file) => {
    const header = parseHeader(file);
    const { rows, columns, width, offset } = header;
    const bytes = rows * columns * width;
    if (bytes !== file.size - offset) {
      const found = file.size - offset;
      throw unreadable(
        'truncated',
        `The NPY header says ${rows} x ${columns} values, which take ${bytes} bytes; there are ${found}.`,
      );
    }
    if (bytes > source.maxBytes) throw tooLarge('unpacks_too_large', `The values take ${bytes} bytes.`);
    if (rows === 0) throw unreadable('no_rows', 'The NPY array has no rows.');
    table.start(columns);
    const window = Math.max(1, Math.floor(WINDOW_BYTES / (columns * width)));
    for (let row = 0; row < rows; row += window) {
      writeWindow(table, file, header, row, Math.min(window, rows - row));
      await table.drained();
    }
    return {};
  });
}

function parseHeader(file: SeekableFile): NpyHeader {
  const start = file.read(0, Math.min(file.size, 12));
  if (start.length < 12) throw unreadable('truncated', 'The NPY file ends within its header.');
  const version = start[MAGIC_LENGTH];
  if (version < 1 || version > 3) throw unreadable('unsupported', `NPY version ${version} is not known.`);
  const prefix = version === 1 ? 10 : 12;
  const length = version === 1 ? start.readUInt16LE(8) : start.readUInt32LE(8);
  if (length > MAX_HEADER) throw unreadable('damaged', `The NPY header says it has ${length} bytes.`);
  const text = file.read(prefix, length).toString('utf8');
  const descr = /'descr':\s*'([<>|=]?)([a-zA-Z])(\d*)'/.exec(text);
  const order = /'fortran_order':\s*(True|False)/.exec(text);
  const shape = /'shape':\s*\(([\d\s,]*)\)/.exec(text);
  if (!order || !shape)
    throw unreadable('damaged', 'The NPY header does not tell the order and the shape of the array.');
  if (!descr) throw unreadable('unsupported', 'The NPY file holds records or objects, not plain numbers.');
  const [, byteOrder, kind, digits] = descr;
  const width = Number(digits);
  if (!(
    (kind === 'f' && [2, 4, 8].includes(width)) ||
    ('iu'.includes(kind) && [1, 2, 4, 8].includes(width)) ||
    (kind === 'b' && width === 1)
  )) {
    throw unreadable('unsupported', `Values of the NPY type ${kind}${digits} are no plain numbers.`);
  }
  const sizes = shape[1].split(',').flatMap((size) => (size.trim() ? [Number(size)] : []));
  if (sizes.length < 1 || sizes.length > 2) {
    throw unreadable('unsupported', `The NPY array has ${sizes.length} dimensions; a table has two.`);
  }
  const [rows, columns = 1] = sizes;
  const littleEndian = byteOrder !== '>';
  return { kind, width, littleEndian, fortranOrder: order[1] === 'True', rows, columns, offset: prefix + length };
}

function writeWindow(table: TableWriter, file: SeekableFile, header: NpyHeader, first: number, count: number): void {
  const { columns, rows, width, offset, fortranOrder } = header;
  const read = valueReader(header);
  const views = fortranOrder
    ? Array.from({ length: columns }, (_, column) =>
        view(file.read(offset + (column * rows + first) * width, count * width)),
      )
    : [view(file.read(offset + first * columns * width, count * columns * width))];
  for (let row = 0; row < count; row++) {
    const place = (): string => `Row ${first + row + 1}`;
    for (let column = 0; column < columns; column++) {
      const value = fortranOrder ? read(views[column], row * width) : read(views[0], (row * columns + column) * width);
      if (typeof value === 'bigint') table.bigint(column, value);
      else table.number(column, value, place);
    }
    table.endRow();
  }
}

function valueReader({ kind, width, littleEndian: little }: NpyHeader): ReadValue {
  const readers: Record<string, ReadValue> = {
    f2: (v, at) => v.getFloat16(at, little),
    f4: (v, at) => v.getFloat32(at, little),
    f8: (v, at) => v.getFloat64(at, little),
    i1: (v, at) => v.getInt8(at),
    i2: (v, at) => v.getInt16(at, little),
    i4: (v, at) => v.getInt32(at, little),
    i8: (v, at) => v.getBigInt64(at, little),
    u1: (v, at) => v.getUint8(at),
    u2: (v, at) => v.getUint16(at, little),
    u4: (v, at) => v.getUint32(at, little),
    u8: (v, at) => v.getBigUint64(at, little),
    b1: (v, at) => (v.getUint8(at) === 0 ? 0 : 1),
  };
  return readers[kind + String(width)];
}

function view(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
