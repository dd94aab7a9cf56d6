import { closeSync, openSync, readSync } from 'node:fs';
import { unreadable } from '../datasets.errors.js';

/** A file that is read at any position. */
export class SeekableFile {
  private readonly descriptor: number;

  constructor(
    readonly path: string,
    /** Bytes. */
    readonly size: number,
  ) {
    this.descriptor = openSync(path, 'r');
  }

  /** @throws DatasetRefusedError when the file ends before that */
  read(start: number, length: number): Buffer<ArrayBuffer> {
    if (!(start >= 0 && length >= 0 && start + length <= this.size)) {
      throw unreadable('truncated', `The file ends after ${this.size} bytes, before what it says it holds.`);
    }
    const bytes = Buffer.from(new ArrayBuffer(length));
    for (let done = 0; done < length;) {
      const count = readSync(this.descriptor, bytes, done, length - done, start + done);
      if (count === 0) throw new Error('The file became shorter while it was read.');
      done += count;
    }
    return bytes;
  }

  close(): void {
    closeSync(this.descriptor);
  }
}
