import type { Table } from './table.js';

/** Candidates that rows meet at a time. */
export const LANES = 8;

/** Half a unit in the last place of float32, relative. */
const U = 2 ** -24;
/** What an unused lane holds: farther than anything. */
const FAR = 3.4028234663852886e38;

/** Bounds on the error of what a screen of candidates finds, see `assembly/seed.ts`. */
export interface ScreenError {
  readonly ofNorm: number;
  readonly ofSquares: number;
  readonly fixed: number;
}

/** Up to 8 rows as centres: strict, and packed as one tile of float32. */
export class Candidates {
  /** Whether rows can be screened where they lie, not less the middle. */
  readonly direct: boolean;
  private readonly strict: number;
  private readonly packed: number;
  private readonly norms: number;
  private readonly middle: Float32Array;
  private readonly middleNorm: number;

  constructor(private readonly table: Table) {
    const { arena, columns } = table;
    this.strict = arena.take(8 * LANES * columns);
    this.packed = arena.take(4 * LANES * columns);
    this.norms = arena.take(4 * LANES);
    this.middle = arena.f32(table.middle, columns);
    this.middleNorm = normOf(this.middle);
    // Far from the origin products would cancel.
    this.direct = !table.wide && this.middleNorm <= 4 * table.typicalNorm;
    arena.f32(this.packed, LANES * columns).fill(0);
  }

  /** Takes the rows. Returns how far off the screened values may be, for all of them. */
  set(rows: Int32Array): ScreenError {
    const { table, direct, middle } = this;
    const { arena, columns } = table;
    const packed = arena.f32(this.packed, LANES * columns);
    const norms = arena.f32(this.norms, LANES).fill(FAR);
    let most = 0;
    let mostLost = 0;
    rows.forEach((row, c) => {
      const center = arena.f64(this.strict + 8 * c * columns, columns);
      table.row(row, center);
      let square = 0;
      let lost = 0;
      let shift = 0;
      for (let j = 0; j < columns; j++) {
        const m = middle[j];
        const y = center[j] - m;
        const q = Math.fround(y);
        packed[j * LANES + c] = -2 * q;
        square += y * y;
        lost += (y - q) * (y - q);
        shift += m * y;
      }
      norms[c] = direct ? square + 2 * shift : square;
      most = Math.max(most, square);
      mostLost = Math.max(mostLost, lost);
    });
    table.write({ centers: this.strict, packed: this.packed, norms: this.norms, tiles: 1, integer: 0 });
    return this.errorOf(Math.sqrt(most), Math.sqrt(mostLost));
  }

  /**
   * A value v = |c|^2 - 2 x.c is summed up in `columns` steps from a start of at most C (C + 2 M), where rows are read
   * as they lie, and products of at most 2 (X + M) C, for X the length of a row, C that of the longest candidate, M that
   * of the middle. `lost` is what float32 takes off a candidate.
   */
  private errorOf(norm: number, lost: number): ScreenError {
    const { columns } = this.table;
    const away = this.direct ? this.middleNorm : 0;
    const slack = 1.001 + columns * U;
    const step = U * (2 * columns + 16) * norm;
    return {
      ofNorm: slack * (step + 2 * lost),
      ofSquares: slack * U * (columns / 4 + 20),
      fixed: slack * (step * (norm + 2 * away) + 2 * (away + norm) * lost) + 1e-37,
    };
  }
}

function normOf(values: Float32Array): number {
  let square = 0;
  for (const value of values) square += value * value;
  return Math.sqrt(square);
}

/** Indices of the candidates without those whose values an earlier one has: they tie, and the first wins. */
export function distinct(table: Table, candidates: Int32Array): number[] {
  const rows = Array.from(candidates, (row) => {
    const values = new Float64Array(table.columns);
    table.row(row, values);
    return values;
  });
  const same = (a: Float64Array, b: Float64Array): boolean => a.every((value, j) => value === b[j]);
  return Array.from(rows.keys()).filter((t) => !rows.slice(0, t).some((earlier) => same(earlier, rows[t])));
}
