/**
 * Reads plain cells of delimited text: numbers in their usual spelling, and empty ones. It stops before whatever else it
 * meets, for the caller to read. Numbers are rounded as `Number()` rounds them.
 *
 * The memory is the caller's, who says where in it things lie; see `readers/plain-cells.ts`.
 */

const LF: u8 = 10;
const CR: u8 = 13;
const MINUS: u8 = 45;
const ZERO: u8 = 48;

/** Why it stopped: before a cell that is not plain; before one that may go on beyond the text; behind the last row. */
const ODD = 0;
const CUT = 1;
const FULL = 2;

/** Digits of a number that is read here. Whole ones of more than 15 may be more than float64 can spell again. */
const MAX_DIGITS: i32 = 18;
const EXACT_DIGITS: i32 = 15;
/** Digits of a fraction that float64 can always spell again, and the largest power of ten that it holds exactly. */
const SPELLED_DIGITS: i32 = 17;
const MAX_POWER: i32 = 22;

/** Bounds on the relative errors of the quotient and of what is left of it: 2^-98 and 2^-48. */
const SLACK: f64 = 3.1554436208840472e-30;
const REST_SLACK: f64 = 3.552713678800501e-15;
/** 2^27 + 1 */
const SPLITTER: f64 = 134217729;

const POWERS: StaticArray<f64> = [
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
  1e21, 1e22,
];

let delimiter: u8 = 0;
let point: u8 = 0;
let columns: i32 = 0;
let blockRows: i32 = 0;
let valuesAt: usize = 0;
let zerosAt: usize = 0;
let hasZerosAt: usize = 0;
let missingAt: usize = 0;
let missing: i32 = 0;
let outAt: usize = 0;

/** Says how the text is written, and where what is read goes; see {@link scan}. */
export function configure(
  newDelimiter: u8,
  newPoint: u8,
  newColumns: i32,
  newBlockRows: i32,
  newValuesAt: usize,
  newZerosAt: usize,
  newHasZerosAt: usize,
  newMissingAt: usize,
  newMissing: i32,
  newOutAt: usize,
): void {
  delimiter = newDelimiter;
  point = newPoint;
  columns = newColumns;
  blockRows = newBlockRows;
  valuesAt = newValuesAt;
  zerosAt = newZerosAt;
  hasZerosAt = newHasZerosAt;
  missingAt = newMissingAt;
  missing = newMissing;
  outAt = newOutAt;
}

// @ts-ignore: decorator
@inline
function isDigit(byte: u8): bool {
  return u8(byte - ZERO) < 10;
}

/** Whether all of eight bytes are digits. */
// @ts-ignore: decorator
@inline
function areDigits(bytes: u64): bool {
  return (((bytes + 0x4646464646464646) | (bytes - 0x3030303030303030)) & 0x8080808080808080) == 0;
}

/** The number that eight digits spell, the first of them in the lowest byte. */
// @ts-ignore: decorator
@inline
function eightDigits(bytes: u64): u64 {
  bytes -= 0x3030303030303030;
  bytes = bytes * 10 + (bytes >> 8);
  const low = (bytes & 0x000000ff000000ff) * 0x000f424000000064;
  const high = ((bytes >> 16) & 0x000000ff000000ff) * 0x0000271000000001;
  return (low + high) >> 32;
}

/**
 * The float64 nearest to m / 10^fraction, or NaN where that takes more care than is taken here.
 *
 * Up to 15 digits one division is exact enough. Beyond, it is computed in double-double arithmetic: the relative error
 * stays below 2^-98, so that rounding is certain unless the exact value lies that close to the middle of two neighbours.
 *
 * @param m below 10^18
 * @see T. J. Dekker (1971), A floating-point technique for extending the available precision
 */
// @ts-ignore: decorator
@inline
function decimal(m: u64, digits: i32, fraction: i32): f64 {
  const power = unchecked(POWERS[fraction]);
  const high = f64(i64(m));
  if (digits <= EXACT_DIGITS) return high / power;
  const low = f64(i64(m) - i64(high));
  const quotient = high / power;
  // The remainder high + low - quotient x power; the product exactly, as product + productLow.
  const product = quotient * power;
  let split = SPLITTER * quotient;
  const qHigh = split - (split - quotient);
  const qLow = quotient - qHigh;
  split = SPLITTER * power;
  const pHigh = split - (split - power);
  const pLow = power - pHigh;
  const productLow = qLow * pLow - (product - qHigh * pHigh - qLow * pHigh - qHigh * pLow);
  const rest = (high - product - productLow + low) / power;
  const slack = abs(quotient) * SLACK + abs(rest) * REST_SLACK;
  const nearest = quotient + (rest - slack);
  return nearest == quotient + (rest + slack) ? nearest : NaN;
}

function isMissing(value: f64): bool {
  for (let i = 0; i < missing; i++) if (load<f64>(missingAt + (<usize>i << 3)) == value) return true;
  return false;
}

/**
 * Reads cells from `at` on, of which the first is in the given column.
 *
 * @param end where the text ends; a line feed must stand there, and seven more bytes be readable behind it
 * @param row of the block that the cells belong to
 * @param rowEnd the row before which to stop
 * @returns where it stopped: at the beginning of a cell. OUT, as i32 each: why, the column, the row, and where the last
 *   row begins that began here (0 where none did)
 */
export function scan(at: usize, end: usize, column: i32, row: i32, rowEnd: i32): usize {
  let reason = FULL;
  let rowAt: usize = 0;
  while (row < rowEnd) {
    const start = at;
    let byte = load<u8>(at);
    const negative = byte == MINUS;
    if (negative) byte = load<u8>(++at);
    let m: u64 = 0;
    // Digits that count: zeros in front do not.
    let digits = 0;
    const digitsAt = at;
    while (byte == ZERO) byte = load<u8>(++at);
    const countedAt = at;
    while (isDigit(byte)) {
      m = m * 10 + u64(byte - ZERO);
      byte = load<u8>(++at);
    }
    digits = i32(at - countedAt);
    const whole = i32(at - digitsAt);
    let fraction = 0;
    let halfWritten = whole == 0;
    let zeros: i32 = 0;
    if (byte == point && whole > 0 && byte != delimiter) {
      const fractionAt = ++at;
      byte = load<u8>(at);
      if (digits == 0) while (byte == ZERO) byte = load<u8>(++at);
      const from = at;
      for (let eight = load<u64>(at); areDigits(eight); eight = load<u64>(at)) {
        m = m * 100000000 + eightDigits(eight);
        at += 8;
      }
      byte = load<u8>(at);
      while (isDigit(byte)) {
        m = m * 10 + u64(byte - ZERO);
        byte = load<u8>(++at);
      }
      digits += i32(at - from);
      fraction = i32(at - fractionAt);
      if (fraction == 0) halfWritten = true;
      else for (let last = at - 1; load<u8>(last) == ZERO; last--) zeros++;
    }
    if (at >= end || (byte == CR && at + 1 >= end)) {
      at = start;
      reason = CUT;
      break;
    }
    const ends = byte != delimiter;
    if ((ends && byte != LF && (byte != CR || load<u8>(at + 1) != LF)) || ends != (column + 1 == columns)) {
      at = start;
      reason = ODD;
      break;
    }
    const slot = column * blockRows + row;
    if (at == start) {
      // An empty line is no record, whatever the columns.
      if (ends && column == 0) {
        reason = ODD;
        break;
      }
      store<f64>(valuesAt + (<usize>slot << 3), NaN);
      store<u8>(zerosAt + slot, 0);
    } else {
      const exact =
        fraction == 0
          ? digits <= EXACT_DIGITS
          : digits <= MAX_DIGITS && digits - zeros <= SPELLED_DIGITS && fraction <= MAX_POWER;
      let value = NaN;
      if (exact && !halfWritten && !(whole > 1 && load<u8>(digitsAt) == ZERO)) value = decimal(m, digits, fraction);
      // Below, a number is spelled with an exponent; -0 would lose its sign; NaN was not certain, or not read at all.
      if (!(value >= 1e-6 || (value == 0 && !negative))) {
        at = start;
        reason = ODD;
        break;
      }
      if (negative) value = -value;
      if (missing != 0 && isMissing(value)) {
        at = start;
        reason = ODD;
        break;
      }
      store<f64>(valuesAt + (<usize>slot << 3), value);
      store<u8>(zerosAt + slot, u8(zeros));
      if (zeros != 0) store<u8>(hasZerosAt + column, 1);
    }
    if (ends) {
      at += byte == CR ? 2 : 1;
      row++;
      column = 0;
      rowAt = at;
    } else {
      at++;
      column++;
    }
  }
  store<i32>(outAt, reason);
  store<i32>(outAt + 4, column);
  store<i32>(outAt + 8, row);
  store<usize>(outAt + 12, rowAt);
  return at;
}
