import { types } from 'node:util';

/** An answer whose arrays are the caller's own: those that lie in the memory of a kernel are copied. */
export function owned<T>(result: T): T {
  if (typeof result !== 'object' || result === null || ArrayBuffer.isView(result)) return result;
  const entries = Object.entries(result).map(([name, value]: [string, unknown]) =>
    (types.isInt32Array(value) || types.isFloat64Array(value)) && types.isSharedArrayBuffer(value.buffer)
      ? [name, value.slice()]
      : [name, value],
  );
  return Object.fromEntries(entries) as T;
}
