import { Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { DatasetRefusedError } from '../datasets.errors.js';
import { readFile } from '../readers/formats.js';
import { readRows } from '../readers/rows.js';
import { type BlockOutput, TableWriter } from '../readers/table-writer.js';
import { workerEntry } from '../../common/worker-entry.js';
import { ArrivingFile } from './arriving-file.js';
import {
  BEGIN_FRAME,
  BLOCK_FRAME,
  FRAME_HEAD,
  END_FRAME,
  type FileWhole,
  type ReadEnd,
  type ReaderSettings,
  type ReadJob,
  type ReadOutcome,
} from './protocol.js';

/*
 * The process that opens what strangers send. It knows no database and no secret, takes one job at a time from its parent,
 * writes blocks to file descriptor 3, and is expendable: a file that makes it crash, hang or swell costs this process only.
 */
const PENDING_BYTES = 16 * 2 ** 20;
/** The same of a table that is passed on, which nobody waits for. */
const PASSING_BYTES = 2 ** 20;
let pendingBytes = PENDING_BYTES;
const MISSING = ['', 'NA', 'N/A', '#N/A', 'n/a', 'NaN', 'nan', 'null', 'NULL'];

const settings = JSON.parse(process.argv[2]) as ReaderSettings;
// A thread of its own, since a library that loops or allocates gives this one no turn.
new Worker(workerEntry(import.meta.url, './reader.watchdog.js'), { workerData: settings }).unref();

const pipe = new Socket({ fd: 3, readable: false, writable: true });
pipe.on('error', () => process.exit());
process.on('disconnect', () => process.exit());
/** Of the job at hand. */
let arriving: ArrivingFile | undefined;
process.on('message', (message: ReadJob | FileWhole) => {
  if ('whole' in message) arriving?.end();
  else void run(message);
});

// A library that loses a promise or throws on its own clock has met a file that it cannot read.
for (const event of ['unhandledRejection', 'uncaughtException']) {
  process.on(event, (error: unknown) => {
    end({ outcome: outcomeOf(error), spent: true });
  });
}

const output: BlockOutput = {
  begin: (start) => {
    send(BEGIN_FRAME, Buffer.from(JSON.stringify(start)));
  },
  emit: (block, firstRow) => {
    const head = Buffer.alloc(4);
    head.writeUInt32LE(firstRow);
    send(BLOCK_FRAME, head, block);
  },
  drained: async () => {
    if (pipe.writableLength > pendingBytes) await new Promise((resolve) => pipe.once('drain', resolve));
  },
};

async function run(job: ReadJob): Promise<void> {
  let outcome: ReadOutcome;
  try {
    outcome = await read(job);
  } catch (error) {
    outcome = outcomeOf(error);
  }
  end({ outcome, spent: process.memoryUsage.rss() > settings.memoryBytes / 2 });
}

function end(message: ReadEnd): void {
  send(END_FRAME, Buffer.from(JSON.stringify(message)));
}

async function read({
  file,
  rows,
  arriving: comesIn,
  options,
  missing,
  dateOrder,
  limits,
}: ReadJob): Promise<ReadOutcome> {
  pendingBytes = limits.passing ? PASSING_BYTES : PENDING_BYTES;
  const table = new TableWriter(limits, new Set(missing ? ['', ...missing] : MISSING), output, dateOrder);
  if (file) {
    arriving = comesIn ? new ArrivingFile() : undefined;
    const { format, notes } = await readFile(file, table, options, limits.maxUnpackedBytes, arriving);
    return { table: table.finish(), format, notes };
  }
  const notes = await readRows(rows ?? { rows: [] }, table);
  return { table: table.finish(), format: 'rows', notes };
}

function outcomeOf(error: unknown): ReadOutcome {
  if (error instanceof DatasetRefusedError) {
    return { refusal: { kind: error.kind, code: error.code, detail: error.message } };
  }
  return { fault: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
}

function send(type: number, ...parts: Buffer[]): void {
  const head = Buffer.alloc(FRAME_HEAD);
  head[0] = type;
  head.writeUInt32LE(
    parts.reduce((sum, { length }) => sum + length, 0),
    1,
  );
  pipe.write(head);
  for (const part of parts) pipe.write(part);
}
