import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Piscina } from 'piscina';
import { workerEntry } from '../common/worker-entry.js';
import { DatasetsService } from './datasets.service.js';
import type { PlacedPart } from './writers/binary-format.js';
import { binaryFormat, type BinaryFormatName } from './writers/binary-formats.js';
import type { Cells, ColumnHead } from './writers/cells.js';
import type { PartTask, WrittenPart } from './writers/part.worker.js';

/** Rows of a part: enough for a row group that is worth its head, little to hold at a time. */
const ROWS = 16_384;
const IDLE_MS = 30_000;

/** A column that a table gets behind its own. */
export interface AddedColumn extends ColumnHead {
  /** @param from first row of the table, `to` the one behind the last */
  cells(from: number, to: number): Cells;
}

/** Writes stored tables in formats that have types, part by part, in another thread. */
@Injectable()
export class TypedTables implements OnModuleDestroy {
  #pool: Piscina<PartTask, WrittenPart> | undefined;

  constructor(private readonly datasets: DatasetsService) {}

  async onModuleDestroy(): Promise<void> {
    await this.#pool?.destroy();
  }

  /**
   * The whole table with a column behind, piece by piece, as they are asked for. Columns of numbers are of numbers, all
   * others of text as it stood in the source.
   *
   * @throws NotFoundError when the data set does not exist or is somebody else's
   */
  async *write(
    userId: string,
    datasetId: string,
    format: BinaryFormatName,
    added: AddedColumn,
  ): AsyncGenerator<Uint8Array> {
    const { columns } = await this.datasets.require(userId, datasetId);
    const heads: ColumnHead[] = columns.map(({ name, type }) => ({
      name,
      type: type === 'number' ? 'float64' : 'text',
    }));
    heads.push({ name: added.name, type: added.type });
    const { begin, end } = await binaryFormat(format);
    const parts: PlacedPart[] = [];
    const head = begin(heads);
    yield head;
    let offset = head.length;
    for await (const { bytes, rows, firstRow } of this.datasets.iterateBlocks(userId, datasetId)) {
      const block = new Uint8Array(new SharedArrayBuffer(bytes.length));
      block.set(bytes);
      for (let from = 0; from < rows; from += ROWS) {
        const to = Math.min(rows, from + ROWS);
        const cells = added.cells(firstRow + from, firstRow + to);
        const written = await this.pool.run({ format, block, from, to, heads, added: [cells] });
        parts.push({ part: written.part, offset });
        offset += written.bytes.length;
        yield written.bytes;
      }
    }
    yield end(heads, parts, offset);
  }

  private get pool(): Piscina<PartTask, WrittenPart> {
    this.#pool ??= new Piscina<PartTask, WrittenPart>({
      filename: workerEntry(import.meta.url, './writers/part.worker.js').href,
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: IDLE_MS,
      resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 },
    });
    return this.#pool;
  }
}
