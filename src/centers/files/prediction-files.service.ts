import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { constants, gunzipSync } from 'node:zlib';
import { Piscina } from 'piscina';
import { Metrics } from '../../common/metrics.js';
import { workerEntry } from '../../common/worker-entry.js';
import { passOn } from '../../common/young-garbage.js';
import { tellFormat } from '../../datasets/readers/formats.js';
import type { TableStart } from '../../datasets/readers/table-writer.js';
import { BINARY_FORMATS } from '../../datasets/writers/binary-formats.js';
import type { CellType } from '../../datasets/writers/cells.js';
import { TableFiles } from '../../datasets/table-files.js';
import { KMeansService } from '../../ml/kmeans.service.js';
import { InvalidRowsError } from '../centers.errors.js';
import { type Model, Models } from '../models.js';
import { findNearest } from '../nearest.js';
import { marginOf } from '../predictions.service.js';
import { Answer } from './answer.js';
import { type FileColumns, matchColumns } from './file-columns.js';
import type { SentFile } from './file-bodies.js';
import { npyHead } from './npy-head.js';
import type { Prepared, PrepareTask, RowRefusal, Written, WriteTask } from './prediction.worker.js';
import {
  type AddedColumns,
  ENDINGS,
  isBinary,
  MEDIA_TYPES,
  SUFFIXES,
  type TableFormat,
  TEXT_FORMATS,
  typedHeads,
} from './table-writers.js';

/** Rows that are placed at a time, and numbers that their distances to all centres may be. */
const ROWS = 16_384;
const NUMBERS = 1_000_000;
const IDLE_MS = 30_000;

/** A file with what was predicted added to its rows. */
export interface AnsweredFile {
  stream: Readable;
  type: string;
  name: string;
}

/** Some rows of a block. */
interface Stretch {
  block: Uint8Array;
  from: number;
  to: number;
  /** Of the block, in the file. */
  firstRow: number;
}

/** What the rows of one file have in common. */
interface Job {
  model: Model;
  format: TableFormat;
  allDistances: boolean;
  signal: AbortSignal;
  answer: Answer;
  table?: FileColumns & Pick<TableStart, 'notes'> & { types: readonly CellType[] };
  /** What the end of a binary file has to tell of its parts. */
  parts: unknown[];
}

/** Predictions for whole files, in constant memory: read in another process, prepared and written in other threads. */
@Injectable()
export class PredictionFilesService implements OnModuleDestroy {
  #pool: Piscina<PrepareTask | WriteTask, Prepared | Written> | undefined;

  constructor(
    private readonly models: Models,
    private readonly files: TableFiles,
    private readonly engine: KMeansService,
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
      const answer = new Answer(signal);
      const job: Job = { model, format, allDistances, signal, answer, parts: [] };
      const head = format === 'npy' ? file.head : undefined;
      const done = this.answer({ path: file.path, name: sent.name }, head, job).then(
        () => answer.end(endOf(job)),
        (error: unknown) => {
          answer.fail(error);
        },
      );
      void done.finally(() => this.files.discard(file));
      await answer.begun;
      const kind = format === 'csv' && job.table?.notes.delimiter === '\t' ? 'tsv' : format;
      return { stream: answer.stream, type: MEDIA_TYPES[kind], name: `predictions.${SUFFIXES[kind]}` };
    } catch (error) {
      await this.files.discard(file);
      throw error;
    }
  }

  private answer(file: { path: string; name: string }, npy: Buffer | undefined, job: Job): Promise<void> {
    const { model, allDistances, signal, answer } = job;
    const begin = (start: TableStart): void => {
      const distances = allDistances ? model.centers.rows : 0;
      const { notes, types = [] } = start;
      job.table = { ...matchColumns(model.preparation.columns, start, distances), notes, types };
      if (npy) answer.hold(npyHead(npy, job.table.names.length));
      else if (isBinary(job.format))
        answer.hold(BINARY_FORMATS[job.format].begin(typedHeads(job.table.names, types, knowsCategories(model))));
    };
    // While one stretch is written, the next one is read and placed: two places for blocks, used in turns.
    let [place, other] = [new Uint8Array(new SharedArrayBuffer(0)), new Uint8Array(new SharedArrayBuffer(0))];
    let written = Promise.resolve();
    const take = async (block: Buffer, firstRow: number): Promise<void> => {
      [place, other] = [other, place];
      if (place.length < block.length) place = new Uint8Array(new SharedArrayBuffer(block.length));
      place.set(block);
      passOn(block.length);
      const shared = place.subarray(0, block.length);
      const rows = block.readUInt32LE(8);
      const step = allDistances ? Math.max(1, Math.min(ROWS, Math.floor(NUMBERS / model.centers.rows))) : ROWS;
      for (let from = 0; from < rows; from += step) {
        signal.throwIfAborted();
        const stretch: Stretch = { block: shared, from, to: Math.min(rows, from + step), firstRow };
        const added = await this.place(job, stretch);
        await written;
        written = this.write(job, stretch, added);
        // Whoever waits for it next hears of what went wrong.
        written.catch(() => undefined);
      }
    };
    return this.files.read(file, begin, take, signal).then(() => written);
  }

  /** What is added to some rows. */
  private async place(job: Job, { block, from, to, firstRow }: Stretch): Promise<AddedColumns> {
    const { model, table, allDistances } = job;
    const { preparation, metric, centers } = model;
    const task: PrepareTask = { kind: 'prepare', block, from, to, sources: table!.sources, preparation };
    const prepared = (await this.pool.run(task)) as Prepared;
    if ('refusal' in prepared) throw refused(prepared.refusal, firstRow + from);
    const rows = { data: prepared.data, rows: to - from, columns: centers.columns };
    const near = await findNearest(this.engine, rows, centers, metric, allDistances);
    this.metrics.rows.inc({ work: 'predicted' }, rows.rows);
    passOn(rows.data.byteLength);
    const { labels, distances, runnerUps } = near;
    return {
      labels,
      distances,
      runnerUps,
      margins: distances.map((distance, i) => marginOf(distance, near.runnerUpDistances[i])),
      outliers: Uint8Array.from(labels, (cluster, i) => {
        const limit = model.outlierDistances[cluster];
        return Number.isNaN(limit) ? 2 : Number(distances[i] > limit);
      }),
      unknown: prepared.unknown ?? null,
      all: near.all,
    };
  }

  private async write(job: Job, { block, from, to, firstRow }: Stretch, added: AddedColumns): Promise<void> {
    const { format, answer, parts } = job;
    const { names, notes, types } = job.table!;
    const first = firstRow + from === 0;
    const task: WriteTask = {
      kind: 'write',
      block,
      from,
      to,
      names,
      added,
      format,
      notes,
      first,
      types,
      offset: answer.length,
    };
    const { bytes, part } = (await this.pool.run(task)) as Written;
    if (part !== undefined) parts.push(part);
    await answer.write(bytes);
    passOn(bytes.length);
  }

  private get pool(): Piscina<PrepareTask | WriteTask, Prepared | Written> {
    this.#pool ??= new Piscina<PrepareTask | WriteTask, Prepared | Written>({
      filename: workerEntry(import.meta.url, './prediction.worker.js').href,
      minThreads: 0,
      maxThreads: 2,
      idleTimeout: IDLE_MS,
      resourceLimits: { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 6 },
    });
    return this.#pool;
  }
}

function refused({ word, message, row, column }: RowRefusal, firstRow: number): InvalidRowsError {
  const place = firstRow + row;
  return new InvalidRowsError(`prediction.${word}`, `Row ${place + 1}: "${column}" ${message}.`, [
    { path: `rows.${place}.${column}`, message: `${message}.` },
  ]);
}

function endOf({ model, format, table, parts, answer }: Job): string | Uint8Array {
  if (!isBinary(format)) return ENDINGS[format];
  const heads = typedHeads(table!.names, table!.types, knowsCategories(model));
  return BINARY_FORMATS[format].end(heads, parts, answer.length);
}

function knowsCategories({ preparation }: Model): boolean {
  return preparation.columns.some(({ type }) => type === 'category');
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
