import type { Arena } from './arena.js';
import type { PlanFields } from './plan.js';
import type { Table } from './table.js';

/** Stands for a centre that is not there; as in the assembly. */
const FAR = 1e18;

/** Centres of up to three columns less the middle, x, y, z and their numbers, as `assembly/boxes.ts` reads them. */
export class CenterList {
  readonly tiles: number;
  readonly address: number;
  /** The centres as they are, float64. */
  readonly strict: number;
  /** Largest norm, rounded up. */
  norm = 0;
  private readonly room: number;

  constructor(
    private readonly table: Table,
    private readonly k: number,
    private readonly arena: Arena = table.arena,
  ) {
    this.tiles = Math.ceil(k / 8);
    this.room = 8 * this.tiles + 4;
    this.strict = arena.take(8 * k * table.columns);
    this.address = arena.take(16 * this.room);
  }

  /** What a plan says of them. */
  get fields(): Partial<PlanFields> {
    return { centers: this.strict, k: this.k, tiles: this.tiles, centerNorm: this.norm };
  }

  set(centers: Float64Array): void {
    const { table, arena, k, room, address } = this;
    const { columns } = table;
    arena.f64(this.strict, centers.length).set(centers);
    const middle = arena.f32(table.middle, columns);
    const list = arena.f32(address, 3 * room).fill(0);
    const numbers = arena.i32(address + 12 * room, room).fill(-1);
    let most = 0;
    for (let c = 0; c < k; c++) {
      let square = 0;
      for (let j = 0; j < columns; j++) {
        const x = centers[c * columns + j] - middle[j];
        list[j * room + c] = x;
        square += x * x;
      }
      numbers[c] = c;
      most = Math.max(most, square);
    }
    list.subarray(k, room).fill(FAR);
    this.norm = Math.sqrt(most) * (1 + 2 ** -20);
    table.write(this.fields);
  }
}
