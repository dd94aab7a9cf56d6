import type { Arena } from './arena.js';
import type { Packed } from './crew.js';

/** Columns up to which integers hold every squared distance: 2^15 x 255^2 is below 2^31. */
const MOST_COLUMNS = 1 << 15;
/** Units that float32 holds, and their inverses. */
const LEAST_UNIT = 2 ** -120;
const LARGEST_UNIT = 2 ** 120;
/** Whole numbers up to which float32 adds and subtracts without rounding. */
const LARGEST_LOW = 2 ** 23;
/** float64 unit, float64 low, address of the bytes, int32 failed, address of the marks: see `assembly/bytes.ts`. */
const PACKING_BYTES = 32;
/** Read a few at a time, past the end. */
const BEYOND = 16;

/** How values would be packed: value = (byte + low) x unit. */
export interface Form {
  readonly unit: number;
  readonly low: number;
}

export function packedBytes(values: number): number {
  return values + BEYOND;
}

/**
 * The form of some rows, that of the table if it has one; null where these have none already. The unit is 1, or less where
 * values are multiples of no more, so that rows not in the sample may hold what these do not.
 */
export function formOf(sample: Float64Array, columns: number): Form | null {
  if (columns > MOST_COLUMNS) return null;
  const words = new Uint32Array(sample.buffer, sample.byteOffset, 2 * sample.length);
  let unit = LARGEST_UNIT;
  let least = Infinity;
  let most = -Infinity;
  for (let i = 0; i < sample.length; i++) {
    const value = sample[i];
    least = Math.min(least, value);
    most = Math.max(most, value);
    if (value !== 0) unit = Math.min(unit, lowestBit(words[2 * i], words[2 * i + 1]));
    // Written so that what is not a number is refused.
    if (!(most - least <= 255 * unit) || unit < LEAST_UNIT) return null;
  }
  if (unit > 1 && most - least <= 255 && Math.max(most, -least) <= LARGEST_LOW) unit = 1;
  const [from, to] = [least / unit, most / unit];
  let low = Math.floor((from + to - 255) / 2);
  if (from >= 0 && to <= 255) low = 0;
  else if (from >= -128 && to <= 127) low = -128;
  return Math.abs(low) <= LARGEST_LOW ? { unit, low } : null;
}

/** The largest power of two that a finite value, not 0, is a multiple of, from the halves of its float64. */
function lowestBit(lower: number, upper: number): number {
  const exponent = (upper >>> 20) & 0x7ff;
  const upperBits = (upper & 0xfffff) | (exponent === 0 ? 0 : 0x100000);
  const place = lower === 0 ? 32 + trailingZeros(upperBits) : trailingZeros(lower);
  return 2 ** (Math.max(1, exponent) - 1075 + place);
}

function trailingZeros(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

/** Whether values of this form stay within the magnitudes that are not scaled. */
export function isCalm({ unit }: Form): boolean {
  return unit >= 2 ** -16 && unit <= 2 ** 8;
}

/** Writes down how values are to be packed, and where. */
export class Packing {
  /** What a plan's `output2` is to be. */
  readonly address: number;

  constructor(
    private readonly arena: Arena,
    private readonly form: Form,
    private readonly bytes: number,
    private readonly marks = 0,
  ) {
    this.address = arena.take(PACKING_BYTES);
    arena.f64(this.address, 2).set([form.unit, form.low]);
    arena.i32(this.address + 16, 3).set([bytes, 0, marks]);
  }

  /** Whether bytes take the values' place. */
  get held(): boolean {
    return this.marks !== 0;
  }

  get failed(): boolean {
    return this.arena.i32(this.address + 16, 2)[1] !== 0;
  }

  /** The bytes, where all values were found to be of the form. */
  get packed(): Packed | null {
    return this.failed ? null : { address: this.bytes, ...this.form, held: this.held };
  }
}

/** What a seeding takes beside the bytes, and a little more. */
export function roomBeside(rows: number): number {
  return 64 * rows + 2 ** 24;
}
