import { Injectable } from '@nestjs/common';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type CsvCell, writeCsv } from '../common/csv-writer.js';
import { DatasetsService } from '../datasets/datasets.service.js';
import { TypedTables } from '../datasets/typed-tables.js';
import { LabelReader } from './label-codec.js';
import type { LabelFormat } from './labels-format.js';
import type { RunOutput } from './run-output.entity.js';
import type { Run } from './run.entity.js';
import type { ProjectionDto, SampleDto } from './dto/run.dto.js';
import { RunsRepository } from './runs.repository.js';
import { RunsService } from './runs.service.js';
import { RowsGoneError, RunNotSucceededError } from './training.errors.js';

/** Labels in one piece of JSON; a million rows are a few megabytes, written piece by piece. */
const LABELS_A_PIECE = 16_384;

/** Cells of a sample: what a browser takes in one answer without a pause. */
const SAMPLE_CELLS = 3_000_000;

/** What a succeeded run left: the cluster of each row, a picture, and a sample of both with the cells. */
@Injectable()
export class RunOutputsService {
  constructor(
    private readonly runs: RunsService,
    private readonly repository: RunsRepository,
    private readonly datasets: DatasetsService,
    private readonly tables: TypedTables,
  ) {}

  /**
   * Piece by piece. As JSON `{"labels": [...]}`, with `ids` beside where the run has an id column and its data set is
   * still there; else the rows as they were uploaded with a column `cluster` behind, missing where a row was left out.
   *
   * @throws RunNotSucceededError, RowsGoneError before the first piece
   */
  async labels(userId: string, runId: string, format: LabelFormat): Promise<AsyncGenerator<string | Uint8Array>> {
    const { run, output } = await this.require(userId, runId);
    const labels = new LabelReader(output.labels, run.result!.k);
    if (format === 'json') return this.writeJson(run, labels);
    if (run.datasetId === null) throw new RowsGoneError();
    const { columns } = await this.datasets.require(userId, run.datasetId);
    const names = columns.map(({ name }) => name);
    const name = freeName(names);
    if (format === 'csv') return writeCsv([...names, name], this.labelledRows(run.datasetId, run, labels));
    return this.tables.write(userId, run.datasetId, format, {
      name,
      type: 'int32',
      cells: (from, to) => Array.from({ length: to - from }, (_, i) => labels.at(from + i)),
    });
  }

  /** @throws RunNotSucceededError */
  async projection(userId: string, runId: string, limit: number): Promise<ProjectionDto> {
    const { run, output } = await this.require(userId, runId);
    const { centers, explainedVariance, rows, points } = output.projection;
    const labels = new LabelReader(output.labels, run.result!.k);
    const chosen = thin(rows.length, limit);
    return {
      points: chosen.map((at) => [points[2 * at], points[2 * at + 1], labels.at(rows[at])!, rows[at]]),
      centers,
      explainedVariance,
      sampledRows: chosen.length,
    };
  }

  /**
   * A {@link SampleDto} piece by piece, its columns empty where the data set has been deleted.
   *
   * @throws RunNotSucceededError before the first piece
   */
  async sample(userId: string, runId: string, limit: number): Promise<AsyncGenerator<string>> {
    const { run, output } = await this.require(userId, runId);
    const dataset = run.datasetId === null ? undefined : await this.datasets.require(userId, run.datasetId);
    const { rows, points, centers, explainedVariance } = output.projection;
    const labels = new LabelReader(output.labels, run.result!.k);
    const chosen = thin(rows.length, Math.min(limit, Math.floor(SAMPLE_CELLS / (dataset?.columns.length ?? 1))));
    const sampled = chosen.map((at) => rows[at]);
    const cells = dataset ? await this.datasets.cellsOf(dataset, sampled) : [];
    return writeFields({
      rows: sampled,
      clusters: sampled.map((row) => labels.at(row)!),
      x: chosen.map((at) => points[2 * at]),
      y: chosen.map((at) => points[2 * at + 1]),
      centers,
      explainedVariance,
      sampledRows: chosen.length,
      totalRows: run.result!.sizes.reduce((sum, size) => sum + size, 0),
      columns: cells.map((values, i) => ({ name: dataset!.columns[i].name, type: dataset!.columns[i].type, values })),
    });
  }

  private async require(userId: string, runId: string): Promise<{ run: Run; output: RunOutput }> {
    const run = await this.runs.require(userId, runId);
    const output = run.status === 'succeeded' ? await this.repository.findOutput(userId, runId) : null;
    if (!output) throw new RunNotSucceededError(run.status);
    return { run, output };
  }

  private async *writeJson(run: Run, labels: LabelReader): AsyncGenerator<string> {
    yield '{"labels":[';
    for (let from = 0; from < labels.length; from += LABELS_A_PIECE) {
      const count = Math.min(LABELS_A_PIECE, labels.length - from);
      const piece = Array.from({ length: count }, (_, i) => labels.at(from + i) ?? 'null');
      yield (from > 0 ? ',' : '') + piece.join(',');
    }
    yield ']';
    const { idColumn } = run.params;
    if (idColumn !== undefined && run.datasetId !== null) yield* this.writeIds(run.userId, run.datasetId, idColumn);
    yield '}';
  }

  private async *writeIds(userId: string, datasetId: string, idColumn: string): AsyncGenerator<string> {
    const { columns } = await this.datasets.require(userId, datasetId);
    const at = columns.findIndex(({ name }) => name === idColumn);
    let before = ',"ids":[';
    for await (const batch of this.datasets.iterateRows(userId, datasetId)) {
      yield before + batch.map((row) => JSON.stringify(row[at])).join(',');
      before = ',';
    }
    yield ']';
  }

  private async *labelledRows(datasetId: string, run: Run, labels: LabelReader): AsyncGenerator<CsvCell[][]> {
    let row = 0;
    for await (const batch of this.datasets.iterateRows(run.userId, datasetId)) {
      yield batch.map((cells) => [...cells, labels.at(row++)]);
    }
  }
}

/** Every so many-th of a random sample is a random sample. */
function thin(length: number, limit: number): number[] {
  const count = Math.min(length, Math.max(1, limit));
  return Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * length) / count));
}

/** A JSON object in pieces, one a field, and one an element of `columns`: millions of cells are not spelled at a stroke. */
async function* writeFields({ columns, ...fields }: SampleDto): AsyncGenerator<string> {
  let before = '{';
  for (const [name, value] of Object.entries(fields)) {
    yield `${before}${JSON.stringify(name)}:${JSON.stringify(value)}`;
    before = ',';
    await nextTurn();
  }
  yield ',"columns":[';
  for (const [i, column] of columns.entries()) {
    yield (i > 0 ? ',' : '') + JSON.stringify(column);
    await nextTurn();
  }
  yield ']}';
}

/** `cluster`, or the first of `cluster_2`, `cluster_3` and so on that the data do not have. */
function freeName(taken: string[]): string {
  let name = 'cluster';
  for (let n = 2; taken.includes(name); n++) name = `cluster_${n}`;
  return name;
}
