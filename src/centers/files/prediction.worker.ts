import { move } from 'piscina';
import { BlockReader } from '../../datasets/blocks/block-codec.js';
import type { ReadingNotes } from '../../datasets/dataset-types.js';
import { EngineError } from '../../ml/errors.js';
import { prepareFeatures } from '../../ml/preparation/preparation.js';
import type { FittedPreparation } from '../../ml/preparation/types.js';
import { type AddedColumns, type TableFormat, WRITERS } from './table-writers.js';

/** Rows of a block, ready to be placed. */
export interface PrepareTask {
  kind: 'prepare';
  block: Uint8Array;
  from: number;
  to: number;
  sources: number[];
  preparation: FittedPreparation;
}

/** Rows of a block with what is to be added to them, to be written. */
export interface WriteTask {
  kind: 'write';
  block: Uint8Array;
  from: number;
  to: number;
  names: string[];
  added: AddedColumns;
  format: TableFormat;
  notes: ReadingNotes;
  first: boolean;
}

/** What is wrong with a row, as plain data. */
export interface RowRefusal {
  word: string;
  message: string;
  row: number;
  column: string;
}

export type Prepared = { data: Float64Array } | { refusal: RowRefusal };

export default function work(task: PrepareTask | WriteTask): Prepared | Uint8Array {
  return task.kind === 'prepare' ? prepare(task) : moved(write(task));
}

/** Handed over instead of copied, unless it shares its memory with others. */
function moved(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? (move(bytes) as Uint8Array) : bytes;
}

function prepare({ block, from, to, sources, preparation }: PrepareTask): Prepared {
  const reader = new BlockReader(block);
  const width = sources.length;
  const data = new Float64Array((to - from) * width);
  for (const [j, source] of sources.entries()) {
    const column = reader.column(source);
    for (let row = from; row < to; row++) {
      const value = column.number(row);
      data[(row - from) * width + j] = value;
      if (!Number.isNaN(value)) continue;
      const text = column.text(row);
      if (text === null) continue;
      // A column of mostly words keeps its numbers as words.
      const number = text.trim() === '' ? NaN : Number(text);
      if (Number.isNaN(number))
        return refuse('wrong_type', 'must be a number', row - from, preparation.columns[j].name);
      data[(row - from) * width + j] = number;
      if (!Number.isFinite(number))
        return refuse('not_finite', 'is not finite', row - from, preparation.columns[j].name);
    }
  }
  try {
    return { data: prepareFeatures(preparation, data).data as Float64Array };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const { row, column } = error.details as { row: number; column: string };
    const reason = error.code.endsWith('missing_value') ? 'is missing' : 'is too large to be scaled';
    return refuse(error.code.split('.')[1], reason, row, column);
  }
}

function refuse(word: string, message: string, row: number, column: string): Prepared {
  return { refusal: { word, message, row, column } };
}

function write({ block, from, to, names, added, format, notes, first }: WriteTask): Uint8Array {
  const reader = new BlockReader(block);
  const columns = Array.from({ length: reader.columns }, (_, column) => reader.column(column));
  return WRITERS[format]({ columns, names, from, to, added, notes, first });
}
