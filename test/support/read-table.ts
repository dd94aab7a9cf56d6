import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BlockReader } from '../../src/datasets/blocks/block-codec.js';
import type { DatasetRefusedError } from '../../src/datasets/datasets.errors.js';
import { type FileNotes, readFile } from '../../src/datasets/readers/formats.js';
import type { ReadOptions } from '../../src/datasets/readers/reader.js';
import { type TableSummary, TableWriter } from '../../src/datasets/readers/table-writer.js';

/** What would be stored of a file. */
export interface ReadTable extends TableSummary, FileNotes {
  /** Every cell as it stood in the file. */
  spellings: string[][];
  /** Every cell as the service's rows show it, NaN for a missing number. */
  values: (number | string | null)[][];
}

const LIMITS = { maxColumns: 4096, maxStoredBytes: Infinity };

/**
 * Reads a file as the service does, but in this process.
 *
 * @param name of the file, which may tell its format
 * @param missing spellings of a missing value
 */
export async function readTable(
  content: string | Buffer,
  name = 'table.csv',
  options: ReadOptions = {},
  missing: readonly string[] = ['', 'NA'],
  maxUnpackedBytes = 2 ** 28,
): Promise<ReadTable> {
  const folder = mkdtempSync(path.join(tmpdir(), 'read-'));
  try {
    const file = path.join(folder, 'file');
    writeFileSync(file, content);
    const blocks: BlockReader[] = [];
    const output = {
      emit: (block: Buffer) => blocks.push(new BlockReader(block)),
      drained: () => Promise.resolve(),
    };
    const table = new TableWriter(LIMITS, new Set(missing), output);
    const notes = await readFile({ path: file, name }, table, options, maxUnpackedBytes);
    const summary = table.finish();
    const cells = blocks.flatMap((block) => {
      const chunks = summary.columns.map((_, column) => block.column(column));
      return Array.from({ length: block.rows }, (_, row) => chunks.map((chunk) => ({ chunk, row })));
    });
    return {
      ...summary,
      ...notes,
      spellings: cells.map((row) => row.map((cell) => cell.chunk.spelling(cell.row))),
      values: cells.map((row) =>
        row.map(({ chunk, row: r }, column) =>
          summary.columns[column].type === 'number' ? chunk.number(r) : chunk.text(r),
        ),
      ),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The refusal of a file as `code: message`; undefined when it is taken. */
export async function refusalOf(...args: Parameters<typeof readTable>): Promise<string | undefined> {
  try {
    await readTable(...args);
    return undefined;
  } catch (error) {
    return `${(error as DatasetRefusedError).code}: ${(error as Error).message}`;
  }
}
