import { toPassedJson } from '../blocks/passed-json.js';
import { unreadable } from '../datasets.errors.js';
import { type JsonCell, writeCell, writeRow } from './rows.js';
import type { TableWriter } from './table-writer.js';

/** Writes rows (arrays) or records (objects), whichever the first batch holds, to a table. */
export class JsonRecords {
  private names: string[] | undefined;
  private positions = new Map<string, number>();
  private rows = 0;

  /** @param placeOf tells where a row stands, counted from 0 */
  constructor(
    private readonly table: TableWriter,
    private readonly placeOf: (row: number) => string = (row) => `Row ${row + 1}`,
  ) {}

  /** Writes a batch; the first one tells the columns: its longest-known names, in the order in which they appear. */
  write(batch: readonly unknown[]): void {
    if (batch.length === 0) return;
    if (!this.table.started) this.start(batch);
    for (const element of batch) {
      const place = (): string => this.placeOf(this.rows);
      if (this.names) this.record(element, place);
      else this.row(element, place);
      this.rows++;
    }
  }

  private start(batch: readonly unknown[]): void {
    const [first] = batch;
    if (Array.isArray(first)) {
      this.table.start(first.length);
      return;
    }
    const names = new Set<string>();
    for (const element of batch) if (isRecord(element)) for (const name of Object.keys(element)) names.add(name);
    if (!isRecord(first)) {
      throw unreadable('not_a_row', `${this.placeOf(0)} is neither an array of cells nor a record.`);
    }
    this.names = [...names];
    this.table.start(this.names.length, this.names);
    this.positions = new Map(this.names.map((name, position) => [name, position]));
  }

  private row(element: unknown, place: () => string): void {
    if (!Array.isArray(element)) throw unreadable('not_a_row', `${place()} is no array of cells, unlike the first.`);
    element.forEach((cell, column) => {
      this.check(cell, column, place);
    });
    writeRow(this.table, element as JsonCell[], this.rows, place);
  }

  private record(element: unknown, place: () => string): void {
    if (!isRecord(element)) throw unreadable('not_a_row', `${place()} is no record, unlike the first.`);
    for (let column = 0; column < this.names!.length; column++) {
      const name = this.names![column];
      const cell = Object.hasOwn(element, name) ? element[name] : undefined;
      if (this.table.passing && cell === undefined) this.table.block.missing(column, toPassedJson(cell));
      else if (this.table.passing && isNested(cell)) this.table.block.text(column, toPassedJson(cell));
      else {
        this.check(cell, column, place);
        writeCell(this.table, column, (cell ?? null) as JsonCell, place);
      }
    }
    for (const name of Object.keys(element)) {
      if (!this.positions.has(name)) {
        throw unreadable(
          'unknown_field',
          `${place()} has a field ${JSON.stringify(name)} that no record near the beginning has.`,
        );
      }
    }
    this.table.endRow();
  }

  private check(cell: unknown, column: number, place: () => string): void {
    if (isNested(cell)) {
      const name = column < this.table.columns ? this.table.nameOf(column) : column;
      throw unreadable(
        'nested',
        `${place()}, column ${name}: a cell is a number, a string, a boolean or null, not a list or an object.`,
      );
    }
  }
}

function isNested(cell: unknown): boolean {
  return typeof cell === 'object' && cell !== null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
