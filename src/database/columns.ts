import type { ValueTransformer } from 'typeorm';

/** A moment in time, to the millisecond as JavaScript's `Date` has it: `@Column(TIMESTAMP) createdAt!: Date`. */
export const TIMESTAMP = { type: 'timestamptz', precision: 3 } as const;

/** Null and undefined pass; everything else goes through the functions. */
function transformer<Value, Stored>(to: (value: Value) => Stored, from: (stored: Stored) => Value): ValueTransformer {
  return {
    to: (value: Value | null | undefined) => (value === null || value === undefined ? value : to(value)),
    from: (stored: Stored | null) => (stored === null ? stored : from(stored)),
  };
}

/**
 * A count or a size in bytes: a 64-bit integer in the database, a `number` in the code.
 *
 * @throws RangeError on reading or writing what a `number` cannot hold exactly
 */
export const BIGINT = {
  type: 'bigint',
  transformer: transformer<number, string>(
    (value) => String(exact(value)),
    (stored) => exact(Number(stored)),
  ),
} as const;

function exact(value: number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not an integer that a number holds exactly`);
  return value;
}

/** Numbers as bytes, little-endian as on every platform that Node runs on, 8 bytes each. */
export const FLOAT64_ARRAY = {
  type: 'bytea',
  transformer: transformer<Float64Array, Buffer>(asBuffer, (stored) => new Float64Array(ownBytes(stored))),
} as const;

/** The bytes of a typed array, shared with it and not copied. */
export function asBuffer(array: ArrayBufferView): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}

/** A buffer's bytes in memory of their own: the driver's buffers lie within larger ones, at any offset. */
export function ownBytes(buffer: Buffer): ArrayBuffer {
  return new Uint8Array(buffer).buffer;
}
