import type { BlockBuilder } from '../blocks/block-builder.js';

const ROWS = 4096;
const MAX_COLUMNS = 256;

/** Two columns that go together; `r` is Pearson's coefficient over the sampled rows. */
export interface CorrelatedPair {
  a: number;
  b: number;
  r: number;
}

/** Keeps up to 4,096 evenly spread rows of the first 256 columns, to find columns that say the same. */
export class CorrelationSample {
  private readonly width: number;
  private kept: Float64Array | undefined;
  private size = 0;
  private step = 1;
  private seen = 0;

  /** @param columns of the table */
  constructor(columns: number) {
    this.width = Math.min(columns, MAX_COLUMNS);
  }

  add(block: BlockBuilder): void {
    this.kept ??= new Float64Array(ROWS * this.width);
    const first = (this.step - (this.seen % this.step)) % this.step;
    for (let row = first; row < block.rows; row += this.step) {
      if (this.size === ROWS) {
        this.thin();
        // The wider step may pass over this row.
        if ((this.seen + row) % this.step !== 0) {
          row -= this.step / 2;
          continue;
        }
      }
      for (let column = 0; column < this.width; column++) {
        this.kept[this.size * this.width + column] = block.values[column * block.blockRows + row];
      }
      this.size++;
    }
    this.seen += block.rows;
  }

  /**
   * @param columns those to compare, ascending; constant ones correlate with nothing
   * @param threshold least absolute coefficient
   */
  pairs(columns: readonly number[], threshold: number): CorrelatedPair[] {
    const compared = columns.filter((column) => column < this.width);
    const values = compared.map((column) => this.column(column));
    const found: CorrelatedPair[] = [];
    for (let i = 0; i < values.length; i++) {
      for (let j = i + 1; j < values.length; j++) {
        const r = pearson(values[i], values[j]);
        if (Math.abs(r) >= threshold) found.push({ a: compared[i], b: compared[j], r });
      }
    }
    return found.sort((p, q) => Math.abs(q.r) - Math.abs(p.r));
  }

  private column(column: number): Float64Array {
    const values = new Float64Array(this.size);
    for (let row = 0; row < this.size; row++) values[row] = this.kept?.[row * this.width + column] ?? NaN;
    return values;
  }

  /** Keeps every other row. */
  private thin(): void {
    const { width } = this;
    for (let row = 1; row < ROWS / 2; row++) {
      this.kept!.copyWithin(row * width, 2 * row * width, (2 * row + 1) * width);
    }
    this.size = ROWS / 2;
    this.step *= 2;
  }
}

/** Pearson's coefficient over the rows in which both have a value; 0 where one of them is constant there. */
function pearson(x: Float64Array, y: Float64Array): number {
  let count = 0;
  let meanX = 0;
  let meanY = 0;
  for (let i = 0; i < x.length; i++) {
    const sum = x[i] + y[i];
    if (sum !== sum) continue;
    count++;
    meanX += (x[i] - meanX) / count;
    meanY += (y[i] - meanY) / count;
  }
  if (count < 10) return 0;
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let i = 0; i < x.length; i++) {
    const sum = x[i] + y[i];
    if (sum !== sum) continue;
    xx += (x[i] - meanX) ** 2;
    yy += (y[i] - meanY) ** 2;
    xy += (x[i] - meanX) * (y[i] - meanY);
  }
  const r = xy / Math.sqrt(xx) / Math.sqrt(yy);
  return Number.isFinite(r) ? r : 0;
}
