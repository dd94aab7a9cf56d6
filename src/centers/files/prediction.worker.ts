import { deserialize } from 'node:v8';
import { moved } from '../../common/moved.js';
import { passOnOld } from '../../common/young-garbage.js';
import { BlockReader } from '../../datasets/blocks/block-codec.js';
import type { ReadingNotes } from '../../datasets/dataset-types.js';
import { binaryFormat } from '../../datasets/writers/binary-formats.js';
import type { CellType } from '../../datasets/writers/cells.js';
import { EngineHere } from '../../ml/engine-here.js';
import { findNearest, marginOf } from '../nearest.js';
import type { Model } from '../models.js';
import { prepareStretch, type RowRefusal, refusalOf } from './prepare-stretch.js';
import { type AddedColumns, isBinary, type TableFormat, typedCells, typedHeads, WRITERS } from './table-writers.js';

/** What all stretches of a file have in common. */
export interface Plan extends Pick<Model, 'preparation' | 'metric' | 'centers' | 'outlierDistances'> {
  /** Which column of the file is each column of the centers. */
  sources: readonly number[];
  /** All columns of the answer. */
  names: readonly string[];
  notes: ReadingNotes;
  /** Of the columns of the file, where its format has types. */
  types: readonly CellType[];
  format: TableFormat;
  allDistances: boolean;
}

/** A {@link Plan} that is sent with every stretch, and read once. */
export interface SentPlan {
  id: number;
  /** Serialized, in shared memory. */
  bytes: Uint8Array;
}

/** Rows of a block, to be answered. */
export interface StretchTask {
  plan: SentPlan;
  /** In shared memory. */
  block: Uint8Array;
  from: number;
  to: number;
  /** Whether they are the first of the file. */
  first: boolean;
}

/** Rows as they are answered. */
export interface Written {
  bytes: Uint8Array;
  /** What the end of a binary file has to tell of them. */
  part?: unknown;
}

export type Answered = Written | { refusal: RowRefusal };

const engine = new EngineHere();
/** Bytes of the stretch before, which nobody needs any more. */
let leftOver = 0;
let latest: { id: number; plan: Plan } | undefined;

export default async function answer(task: StretchTask): Promise<Answered> {
  // Before anything is made anew: what is in use when garbage is collected outlives many collections.
  passOnOld(leftOver);
  leftOver = 0;
  const plan = planOf(task.plan);
  const { from, to } = task;
  const reader = new BlockReader(task.block);
  try {
    const { data, unknown } = prepareStretch(reader, task, plan);
    const rows = { data, rows: to - from, columns: plan.centers.columns };
    const added = await place(rows, unknown, plan);
    const written = await write(reader, task, plan, added);
    // The block again, its rows prepared, and what was told of them, prepared or as values.
    leftOver = written.bytes.length + task.block.length + 2 * data.byteLength;
    return moved(written);
  } catch (error) {
    return { refusal: refusalOf(error) };
  }
}

function planOf({ id, bytes }: SentPlan): Plan {
  // From a copy: its numbers are views of what it is read from.
  if (latest?.id !== id) latest = { id, plan: deserialize(Buffer.from(bytes)) as Plan };
  return latest.plan;
}

async function place(
  rows: { data: Float64Array; rows: number; columns: number },
  unknown: AddedColumns['unknown'],
  { centers, metric, outlierDistances, allDistances }: Plan,
): Promise<AddedColumns> {
  const near = await findNearest(engine, rows, centers, metric, allDistances);
  const { labels, distances, runnerUps, runnerUpDistances, all } = near;
  return {
    labels,
    distances,
    runnerUps,
    margins: distances.map((distance, i) => marginOf(distance, runnerUpDistances[i])),
    outliers: Uint8Array.from(labels, (cluster, i) => {
      const limit = outlierDistances[cluster];
      return Number.isNaN(limit) ? 2 : Number(distances[i] > limit);
    }),
    unknown,
    all,
  };
}

async function write(
  reader: BlockReader,
  { from, to, first }: StretchTask,
  { names, notes, types, format }: Plan,
  added: AddedColumns,
): Promise<Written> {
  const columns = Array.from({ length: reader.columns }, (_, column) => reader.column(column));
  if (!isBinary(format)) return { bytes: WRITERS[format]({ columns, names, from, to, added, notes, first }) };
  const { part } = await binaryFormat(format);
  const heads = typedHeads(names, types, added.unknown !== null);
  return part(heads, typedCells({ columns, from, to, added }, heads));
}
