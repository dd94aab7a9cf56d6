import { closeSync, fstatSync, openSync, readSync, writeFileSync } from 'node:fs';

/** A dense array as a NumPy `.npy` file holds it: values in C order and the length of every axis. */
export interface NpyArray<T> {
  data: T;
  shape: number[];
}

const magic = '\x93NUMPY';
const arrays = { '<f4': Float32Array, '<f8': Float64Array, '<i4': Int32Array };
const isKnown = (type: string): type is keyof typeof arrays => type in arrays;

/**
 * Reads a little-endian float32, float64 or int32 array. The values go straight into their array, so that no second copy of
 * the file disturbs a measurement of memory, unless the file is in Fortran order, as transposed arrays are saved.
 *
 * @throws Error naming the file and what is wrong with it
 */
export function readNpy(file: string): NpyArray<Float32Array | Float64Array | Int32Array> {
  const fd = openSync(file, 'r');
  try {
    const head = Buffer.alloc(12);
    readSync(fd, head, 0, 12, 0);
    if (head.toString('latin1', 0, 6) !== magic) throw new Error(`${file} is not a .npy file`);
    const wide = head[6] > 1;
    const start = wide ? 12 + head.readUInt32LE(8) : 10 + head.readUInt16LE(8);
    const size = fstatSync(fd).size;
    const header = Buffer.alloc(Math.min(start, size));
    readSync(fd, header, 0, header.length, 0);
    const { type, shape, count, fortran } = parseHeader(file, header.toString('latin1', wide ? 12 : 10));
    const Values = arrays[type];
    if (size - start < count * Values.BYTES_PER_ELEMENT) throw new Error(`${file} ends before its ${count} values`);
    const data = new Values(count);
    const bytes = new Uint8Array(data.buffer);
    for (let done = 0; done < bytes.length;) {
      done += readSync(fd, bytes, done, Math.min(bytes.length - done, 1 << 30), start + done);
    }
    return { data: fortran ? inCOrder(data, shape) : data, shape };
  } finally {
    closeSync(fd);
  }
}

/** Values whose first index runs fastest, in the order in which the last does. */
function inCOrder<T extends Float32Array | Float64Array | Int32Array>(data: T, shape: number[]): T {
  const ordered = data.slice() as T;
  for (let i = 0; i < data.length; i++) {
    let rest = i;
    let stride = data.length;
    let from = 0;
    for (const length of shape.toReversed()) {
      stride /= length;
      from += (rest % length) * stride;
      rest = Math.floor(rest / length);
    }
    ordered[i] = data[from];
  }
  return ordered;
}

interface Header {
  type: keyof typeof arrays;
  shape: number[];
  count: number;
  fortran: boolean;
}

function parseHeader(file: string, header: string): Header {
  const type = /'descr': '([^']+)'/.exec(header)?.[1];
  const axes = /'shape': \(([^)]*)\)/.exec(header)?.[1];
  if (type === undefined || axes === undefined) throw new Error(`${file} has no readable .npy header`);
  if (!isKnown(type)) throw new Error(`${file} holds ${type}, expected <f4, <f8 or <i4`);
  const shape = axes
    .split(',')
    .filter((axis) => axis.trim())
    .map(Number);
  const fortran = header.includes("'fortran_order': True");
  return { type, shape, fortran, count: shape.reduce((product, axis) => product * axis, 1) };
}

/** Writes a `.npy` file, version 1.0: float64 as `<f8`, float32 as `<f4`, int32 as `<i4`. */
export function writeNpy(file: string, data: Float64Array | Float32Array | Int32Array, shape: number[]): void {
  if (shape.reduce((product, axis) => product * axis, 1) !== data.length) {
    throw new Error(`${data.length} values do not fill the shape ${shape.join(' x ')}`);
  }
  const type = data instanceof Int32Array ? '<i4' : data instanceof Float32Array ? '<f4' : '<f8';
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${axes}), }`;
  const length = Math.ceil((header.length + 11) / 64) * 64 - 10; // the values start on a multiple of 64 bytes
  const head = Buffer.alloc(10 + length, ' ');
  head.write(`${magic}\x01\x00`, 'latin1');
  head.writeUInt16LE(length, 8);
  head.write(header, 10, 'latin1');
  head.write('\n', 9 + length);
  writeFileSync(file, Buffer.concat([head, Buffer.from(data.buffer, data.byteOffset, data.byteLength)]));
}
