import { types } from 'node:util';

/** An answer whose arrays are the caller's own: those that lie in the memory of a kernel are copied. */
export function owned<T>(result: T): T {
  if (typeof result !== 'object' || result === null || ArrayBuffer.isView(result)) return result;
  if (Array.isArray(result)) return result.map(owned) as T;
  const entries = Object.entries(result).map(([name, value]: [string, unknown]) =>
    (types.isInt32Array(value) || types.isFloat64Array(value)) && types.isSharedArrayBuffer(value.buffer)
      ? [name, copyOf(value)]
      : [name, value],
  );
  return Object.fromEntries(entries) as T;
}

function copyOf(values: Int32Array | Float64Array): Int32Array | Float64Array {
  // What is overwritten at once need not be cleared first.
  const { buffer } = Buffer.allocUnsafeSlow(values.byteLength);
  const copy = types.isInt32Array(values) ? new Int32Array(buffer) : new Float64Array(buffer);
  copy.set(values);
  return copy;
}
