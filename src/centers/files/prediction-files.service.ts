import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { serialize } from 'node:v8';
import { constants, gunzipSync } from 'node:zlib';
import { Piscina } from 'piscina';
import { Metrics } from '../../common/metrics.js';
import { workerEntry } from '../../common/worker-entry.js';
import { passOn } from '../../common/young-garbage.js';
import type { TableStart } from '../../datasets/readers/table-writer.js';
import { tellFormat } from '../../datasets/readers/tell-format.js';
import { TableFiles } from '../../datasets/table-files.js';
import type { BinaryFormat, PlacedPart } from '../../datasets/writers/binary-format.js';
import { binaryFormat } from '../../datasets/writers/binary-formats.js';
import type { ColumnHead } from '../../datasets/writers/cells.js';
import { InvalidRowsError } from '../centers.errors.js';
import { type Model, Models } from '../models.js';
import { Answer } from './answer.js';
import { matchColumns } from './file-columns.js';
import type { SentFile } from './file-bodies.js';
import { npyHead } from './npy-head.js';
import type { RowRefusal } from './prepare-stretch.js';
import type { Answered, Plan, SentPlan, StretchTask } from './prediction.worker.js';
import {
  ENDINGS,
  isBinary,
  MEDIA_TYPES,
  SUFFIXES,
  type TableFormat,
  TEXT_FORMATS,
  typedHeads,
} from './table-writers.js';

/** Distances to all centres that are held as text at a time, a megabyte or two of them; blocks are about as large. */
const DISTANCES = 131_072;
/** Blocks that are answered at the same time. More would be faster on more cores, and each takes a thread's memory. */
const BLOCKS = 2;
const IDLE_MS = 30_000;

/** A file with what was predicted added to its rows. */
export interface AnsweredFile {
  stream: Readable;
  type: string;
  name: string;
}

/** What the rows of one file have in common. */
interface Job {
  model: Model;
  format: TableFormat;
  /** Of files that have types. */
  binary: BinaryFormat | undefined;
  allDistances: boolean;
  signal: AbortSignal;
  answer: Answer;
  /** What the end of a binary file has to tell of its parts. */
  parts: PlacedPart[];
  plan?: Plan;
  sent?: SentPlan;
}

/** Where a block lies until it is answered. */
interface Place {
  bytes: Uint8Array;
  free: Promise<void>;
}

/** Predictions for whole files, in constant memory: read in another process, answered block by block in other threads. */
@Injectable()
export class PredictionFilesService implements OnModuleDestroy {
  #pool: Piscina<StretchTask, Answered> | undefined;
  #plans = 0;

  constructor(
    private readonly models: Models,
    private readonly files: TableFiles,
    private readonly metrics: Metrics,
  ) {}

  async onModuleDestroy(): Promise<void> {
    await this.#pool?.destroy();
  }

  /**
   * Receives a file and answers it in kind. What is wrong within its first rows is thrown; what turns out to be wrong
   * later, when the answer has begun, breaks it off.
   *
   * @param signal gives up
   * @throws NotFoundError, InvalidRowsError, DatasetRefusedError
   */
  async predict(
    userId: string,
    centersId: string,
    sent: SentFile,
    allDistances: boolean,
    signal: AbortSignal,
  ): Promise<AnsweredFile> {
    const model = await this.models.get(userId, centersId);
    const file = await this.files.receive(sent.stream);
    try {
      await sent.ended();
      const format = formatOf(file.head, sent.name);
      const binary = isBinary(format) ? await binaryFormat(format) : undefined;
      const answer = new Answer(signal);
      const job: Job = { model, format, binary, allDistances, signal, answer, parts: [] };
      const head = format === 'npy' ? file.head : undefined;
      const done = this.answer({ path: file.path, name: sent.name }, head, job).then(
        () => answer.end(binary ? binary.end(headsOf(job.plan!), job.parts, answer.length) : endingOf(format)),
        (error: unknown) => {
          answer.fail(error);
        },
      );
      void done.finally(() => this.files.discard(file));
      await answer.begun;
      const kind = format === 'csv' && job.plan?.notes.delimiter === '\t' ? 'tsv' : format;
      return { stream: answer.stream, type: MEDIA_TYPES[kind], name: `predictions.${SUFFIXES[kind]}` };
    } catch (error) {
      await this.files.discard(file);
      throw error;
    }
  }

  private async answer(file: { path: string; name: string }, npy: Buffer | undefined, job: Job): Promise<void> {
    const { signal, answer, binary } = job;
    const begin = (start: TableStart): void => {
      const plan = planOf(job, start);
      job.plan = plan;
      job.sent = { id: ++this.#plans, bytes: shared(serialize(plan)) };
      if (npy) answer.hold(npyHead(npy, plan.names.length));
      else if (binary) answer.hold(binary.begin(headsOf(plan)));
    };
    const places: Place[] = Array.from({ length: BLOCKS }, () => ({
      bytes: shared(new Uint8Array(0)),
      free: Promise.resolve(),
    }));
    let blocks = 0;
    let before = Promise.resolve();
    const take = async (block: Buffer, firstRow: number): Promise<void> => {
      const place = places[blocks++ % BLOCKS];
      await place.free;
      signal.throwIfAborted();
      if (place.bytes.length < block.length) place.bytes = shared(block);
      else place.bytes.set(block);
      passOn(block.length);
      before = this.answerBlock(job, place.bytes.subarray(0, block.length), firstRow, before);
      // Whoever waits for it next hears of what went wrong.
      before.catch(() => undefined);
      place.free = before;
    };
    await this.files.read(file, begin, take, signal);
    await before;
  }

  /** @param before settles once what goes before has been answered */
  private async answerBlock(job: Job, block: Uint8Array, firstRow: number, before: Promise<void>): Promise<void> {
    const { model, allDistances, signal, answer, parts } = job;
    const plan = job.sent!;
    const rows = new DataView(block.buffer, block.byteOffset).getUint32(8, true);
    const step = allDistances ? Math.max(1, Math.floor(DISTANCES / model.centers.rows)) : rows;
    for (let from = 0; from < rows; from += step) {
      signal.throwIfAborted();
      const to = Math.min(rows, from + step);
      const answered = await this.pool.run({ plan, block, from, to, first: firstRow + from === 0 });
      await before;
      if ('refusal' in answered) throw refused(answered.refusal, firstRow + from);
      this.metrics.rows.inc({ work: 'predicted' }, to - from);
      const { bytes, part } = answered;
      if (part !== undefined) parts.push({ part, offset: answer.length });
      await answer.write(bytes);
      passOn(bytes.length);
    }
  }

  private get pool(): Piscina<StretchTask, Answered> {
    this.#pool ??= new Piscina<StretchTask, Answered>({
      filename: workerEntry(import.meta.url, './prediction.worker.js').href,
      minThreads: 0,
      maxThreads: BLOCKS,
      idleTimeout: IDLE_MS,
      resourceLimits: { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 6 },
    });
    return this.#pool;
  }
}

function planOf({ model, format, allDistances }: Job, start: TableStart): Plan {
  const { preparation, metric, centers, outlierDistances } = model;
  const { sources, names } = matchColumns(preparation.columns, start, allDistances ? centers.rows : 0);
  const { notes, types = [] } = start;
  return { preparation, metric, centers, outlierDistances, sources, names, notes, types, format, allDistances };
}

/** A copy that threads have in common. */
function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

/** @param row of the file, before which the rows of the refusal begin */
function refused({ word, message, row, column }: RowRefusal, firstRow: number): InvalidRowsError {
  const place = firstRow + row;
  const [path, detail] =
    column === undefined
      ? [`rows.${place}`, message.replace(/(\brow) \d+/i, `$1 ${place + 1}`)]
      : [`rows.${place}.${column}`, `Row ${place + 1}: "${column}" ${message}.`];
  return new InvalidRowsError(`prediction.${word}`, detail, [
    { path, message: column === undefined ? detail : `${message}.` },
  ]);
}

/** The columns of an answer that has types. */
function headsOf({ names, types, preparation }: Plan): ColumnHead[] {
  return typedHeads(
    names,
    types,
    preparation.columns.some(({ type }) => type === 'category'),
  );
}

function endingOf(format: TableFormat): string {
  return isBinary(format) ? '' : ENDINGS[format];
}

/** The format that a file has and that it is answered in. */
function formatOf(start: Buffer, name: string): TableFormat {
  const head = unpacked(start);
  const told = tellFormat(head, name);
  if (told === 'parquet') return told;
  if (told === 'arrow') return head.toString('latin1', 0, 6) === 'ARROW1' ? 'arrow' : 'arrow-stream';
  return TEXT_FORMATS.find((format) => format === told) ?? 'csv';
}

/** The first bytes inside of a file that is gzipped. */
function unpacked(head: Buffer): Buffer {
  if (!head.subarray(0, 2).equals(Buffer.of(0x1f, 0x8b))) return head;
  try {
    // What is here is a beginning: it is unpacked as far as it goes.
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    // Its reader will say what is wrong with it.
    return Buffer.alloc(0);
  }
}
