import { EngineError } from '../../errors.js';
import { MAX_PAGES, PAGE } from './crew.js';

const LINE = 64;
/** How many values have arrived, int32; what lies below is left to the module. */
export const FILLED = 1024;
/** Not 0 while what a shelf keeps has not been overwritten, int32. */
export const SHELVED = FILLED + 8;
/** First byte that may be used. */
export const BASE = FILLED + LINE;

/** Hands out the shared memory from the bottom up; what was handed out last is given back first. */
export class Arena {
  private top: number;
  private highest: number;

  /** @param floor first byte that it may give out */
  constructor(
    readonly memory: WebAssembly.Memory,
    floor = BASE,
  ) {
    this.top = Math.ceil(floor / LINE) * LINE;
    this.highest = this.top;
  }

  /** @throws EngineError `kmeans.too_large` where 4 GiB do not hold it */
  take(bytes: number): number {
    const address = this.top;
    const top = address + Math.ceil(bytes / LINE) * LINE;
    const pages = Math.ceil(top / PAGE);
    if (pages > MAX_PAGES) throw tooLarge(top);
    const missing = pages - this.memory.buffer.byteLength / PAGE;
    if (missing > 0) {
      try {
        this.memory.grow(missing);
      } catch {
        throw tooLarge(top);
      }
    }
    this.top = top;
    this.highest = Math.max(this.highest, top);
    return address;
  }

  /**
   * Takes bytes that were written before, from an address on.
   * @returns false, and nothing is taken, where they may have been overwritten since
   */
  adopt(address: number, bytes: number): boolean {
    if (this.highest > address) return false;
    this.top = address;
    return this.take(bytes) === address;
  }

  /** Bytes that can still be taken. */
  get room(): number {
    return MAX_PAGES * PAGE - this.top;
  }

  mark(): number {
    return this.top;
  }

  /** Everything taken since the mark is free again. */
  release(mark: number): void {
    this.top = mark;
  }

  f64(address: number, length: number): Float64Array {
    return new Float64Array(this.memory.buffer, address, length);
  }

  f32(address: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, address, length);
  }

  i32(address: number, length: number): Int32Array {
    return new Int32Array(this.memory.buffer, address, length);
  }
}

function tooLarge(bytes: number): EngineError {
  const need = (bytes / 2 ** 30).toFixed(1);
  return new EngineError('kmeans.too_large', `This needs ${need} GiB; one training holds at most 4 GiB.`, {
    bytes,
    limit: MAX_PAGES * PAGE,
  });
}
