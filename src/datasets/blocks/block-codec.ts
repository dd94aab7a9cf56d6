import { type BlockBuilder, CellKind } from './block-builder.js';
import { numberText } from './number-text.js';

/*
 * A block, little-endian:
 *   u32 version, u32 columns, u32 rows, u32 unused, then for each column u32 where its chunk begins, u32 its length.
 * A chunk begins at a multiple of 8 and is one of
 *   numbers:    u32 0, u32 has zeros, u32 kept texts (t), u32 unused; f64 values[rows]; u8 zeros[rows] where it has
 *               some; u32 rows[t]; u8 kinds[t]; u32 ends[t]; UTF-8
 *   dictionary: u32 1, u32 missing entries, u32 entries (t), u32 bytes an index; index[rows]; u32 ends[t]; UTF-8,
 *               where the entries that mean "missing" come first.
 * Every array begins at a multiple of 4.
 */
const VERSION = 1;
const NUMBERS = 0;
const DICTIONARY = 1;
const HEAD = 16;

const align = (offset: number, to: number): number => Math.ceil(offset / to) * to;

/** A column that is ready to be written. */
interface EncodedColumn {
  /** A multiple of 8. */
  length: number;
  /** Writes it to memory of that length, which is zero. */
  write: (chunk: Buffer) => void;
}

/** Encodes the rows that the builder holds. */
export function encodeBlock(block: BlockBuilder): Buffer {
  const columns = Array.from({ length: block.columns }, (_, column) =>
    isMostlyText(block, column) ? encodeDictionary(block, column) : encodeNumbers(block, column),
  );
  let offset = align(HEAD + 8 * block.columns, 8);
  const encoded = Buffer.alloc(columns.reduce((sum, { length }) => sum + length, offset));
  encoded.writeUInt32LE(VERSION, 0);
  encoded.writeUInt32LE(block.columns, 4);
  encoded.writeUInt32LE(block.rows, 8);
  columns.forEach(({ length, write }, column) => {
    encoded.writeUInt32LE(offset, HEAD + 8 * column);
    encoded.writeUInt32LE(length, HEAD + 8 * column + 4);
    write(encoded.subarray(offset, offset + length));
    offset += length;
  });
  return encoded;
}

/** Numbers of a column that is mostly text are text too: such a column is not trained on. */
function isMostlyText(block: BlockBuilder, column: number): boolean {
  const { kinds } = block.texts[column];
  let texts = 0;
  for (const kind of kinds) if (kind === CellKind.Text) texts++;
  return texts * 2 > block.rows;
}

function encodeNumbers(block: BlockBuilder, column: number): EncodedColumn {
  const { rows } = block;
  const kept = block.texts[column];
  const count = kept.rows.length;
  const hasZeros = block.hasZeros[column] === 1;
  const { text, ends } = joinTexts(kept.texts);
  const zerosAt = HEAD + 8 * rows;
  const rowsAt = align(zerosAt + (hasZeros ? rows : 0), 4);
  const kindsAt = rowsAt + 4 * count;
  const endsAt = align(kindsAt + count, 4);
  const textAt = endsAt + 4 * count;
  const write = (chunk: Buffer): void => {
    chunk.writeUInt32LE(NUMBERS, 0);
    chunk.writeUInt32LE(hasZeros ? 1 : 0, 4);
    chunk.writeUInt32LE(count, 8);
    const start = column * block.blockRows;
    const bytes = new Uint8Array(block.values.buffer, block.values.byteOffset + 8 * start, 8 * rows);
    chunk.set(bytes, HEAD);
    if (hasZeros) chunk.set(block.zeros.subarray(start, start + rows), zerosAt);
    for (let i = 0; i < count; i++) {
      chunk.writeUInt32LE(kept.rows[i], rowsAt + 4 * i);
      chunk[kindsAt + i] = kept.kinds[i]!;
      chunk.writeUInt32LE(ends[i], endsAt + 4 * i);
    }
    chunk.set(text, textAt);
  };
  return { length: align(textAt + text.length, 8), write };
}

function encodeDictionary(block: BlockBuilder, column: number): EncodedColumn {
  const { rows } = block;
  const missing = new Map<string, number>();
  const present = new Map<string, number>();
  const codes = new Int32Array(rows);
  let row = 0;
  for (const { kind, text } of block.cells(column)) {
    const entries = kind === CellKind.Missing ? missing : present;
    let code = entries.get(text);
    if (code === undefined) {
      code = entries.size;
      entries.set(text, code);
    }
    // Missing entries come first; how many there are is known at the end.
    codes[row++] = kind === CellKind.Missing ? code : -1 - code;
  }
  const count = missing.size + present.size;
  const width = count <= 0x100 ? 1 : count <= 0x1_0000 ? 2 : 4;
  const { text, ends } = joinTexts([...missing.keys(), ...present.keys()]);
  const endsAt = align(HEAD + width * rows, 4);
  const textAt = endsAt + 4 * count;
  const write = (chunk: Buffer): void => {
    chunk.writeUInt32LE(DICTIONARY, 0);
    chunk.writeUInt32LE(missing.size, 4);
    chunk.writeUInt32LE(count, 8);
    chunk.writeUInt32LE(width, 12);
    for (let i = 0; i < rows; i++) {
      const code = codes[i];
      chunk.writeUIntLE(code >= 0 ? code : missing.size - 1 - code, HEAD + width * i, width);
    }
    for (let i = 0; i < count; i++) chunk.writeUInt32LE(ends[i], endsAt + 4 * i);
    chunk.set(text, textAt);
  };
  return { length: align(textAt + text.length, 8), write };
}

function joinTexts(texts: string[]): { text: Buffer; ends: number[] } {
  const ends: number[] = [];
  let end = 0;
  for (const text of texts) {
    end += Buffer.byteLength(text);
    ends.push(end);
  }
  return { text: Buffer.from(texts.join('')), ends };
}

/** A column of one block, as it lies in the database. */
export interface ColumnChunk {
  /** The number in a row; NaN where the cell is missing or text. */
  number(row: number): number;
  /** The cell of a row as it stood in the file; null where it is missing. */
  text(row: number): string | null;
  /** The cell of a row as it stood in the file, missing ones too. */
  spelling(row: number): string;
}

/** Reads the blocks that {@link encodeBlock} makes. */
export class BlockReader {
  readonly rows: number;
  readonly columns: number;
  private readonly bytes: Buffer;

  constructor(stored: Uint8Array) {
    // Into memory of its own: what a driver hands out need not begin at a multiple of 8.
    const copy = new Uint8Array(stored.length);
    copy.set(stored);
    this.bytes = Buffer.from(copy.buffer);
    const version = this.bytes.readUInt32LE(0);
    if (version !== VERSION) throw new Error(`A block of version ${version} cannot be read.`);
    this.columns = this.bytes.readUInt32LE(4);
    this.rows = this.bytes.readUInt32LE(8);
  }

  column(column: number): ColumnChunk {
    const offset = this.bytes.readUInt32LE(HEAD + 8 * column);
    const length = this.bytes.readUInt32LE(HEAD + 8 * column + 4);
    const chunk = this.bytes.subarray(offset, offset + length);
    return chunk.readUInt32LE(0) === NUMBERS
      ? new NumberChunk(chunk, this.rows)
      : new DictionaryChunk(chunk, this.rows);
  }
}

class NumberChunk implements ColumnChunk {
  private readonly values: Float64Array;
  private readonly zeros: Uint8Array | undefined;
  private readonly kept = new Map<number, { kind: CellKind; text: string }>();

  constructor(chunk: Buffer, rows: number) {
    const hasZeros = chunk.readUInt32LE(4) === 1;
    const count = chunk.readUInt32LE(8);
    this.values = new Float64Array(chunk.buffer, chunk.byteOffset + HEAD, rows);
    const zerosAt = HEAD + 8 * rows;
    if (hasZeros) this.zeros = chunk.subarray(zerosAt, zerosAt + rows);
    const rowsAt = align(zerosAt + (hasZeros ? rows : 0), 4);
    const kindsAt = rowsAt + 4 * count;
    const endsAt = align(kindsAt + count, 4);
    const texts = splitTexts(chunk, endsAt, count);
    for (let i = 0; i < count; i++) {
      this.kept.set(chunk.readUInt32LE(rowsAt + 4 * i), { kind: chunk[kindsAt + i] as CellKind, text: texts[i] });
    }
  }

  number(row: number): number {
    return this.values[row];
  }

  text(row: number): string | null {
    const kept = this.kept.get(row);
    if (kept) return kept.kind === CellKind.Missing ? null : kept.text;
    return Number.isNaN(this.values[row]) ? null : numberText(this.values[row], this.zeros?.[row] ?? 0);
  }

  spelling(row: number): string {
    const kept = this.kept.size > 0 ? this.kept.get(row) : undefined;
    if (kept) return kept.text;
    const value = this.values[row];
    return Number.isNaN(value) ? '' : numberText(value, this.zeros?.[row] ?? 0);
  }
}

class DictionaryChunk implements ColumnChunk {
  private readonly missing: number;
  private readonly entries: string[];
  private readonly codes: Uint8Array | Uint16Array | Uint32Array;

  constructor(chunk: Buffer, rows: number) {
    this.missing = chunk.readUInt32LE(4);
    const width = chunk.readUInt32LE(12);
    const Codes = width === 1 ? Uint8Array : width === 2 ? Uint16Array : Uint32Array;
    this.codes = new Codes(chunk.buffer as ArrayBuffer, chunk.byteOffset + HEAD, rows);
    this.entries = splitTexts(chunk, align(HEAD + width * rows, 4), chunk.readUInt32LE(8));
  }

  number(): number {
    return NaN;
  }

  text(row: number): string | null {
    const code = this.codes[row];
    return code < this.missing ? null : this.entries[code];
  }

  spelling(row: number): string {
    return this.entries[this.codes[row]];
  }
}

function splitTexts(chunk: Buffer, endsAt: number, count: number): string[] {
  const textAt = endsAt + 4 * count;
  const texts: string[] = [];
  let start = textAt;
  for (let i = 0; i < count; i++) {
    const end = textAt + chunk.readUInt32LE(endsAt + 4 * i);
    texts.push(chunk.toString('utf8', start, end));
    start = end;
  }
  return texts;
}
