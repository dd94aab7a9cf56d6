import { createReadStream, createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { tooLarge, unreadable } from '../datasets.errors.js';
import { SeekableFile } from './seekable.js';

const CHUNK = 2 ** 20;

/** What is added to the path of a gzipped file for the unpacked one, where a format has to be read at any position. */
export const UNPACKED = '.unpacked';

/** A file that was received, and how to read it. */
export class Source {
  private constructor(
    readonly path: string,
    /** Bytes of the file on disk. */
    readonly size: number,
    readonly gzip: boolean,
    /** Bytes that a gzipped file may unpack to. */
    readonly maxBytes: number,
  ) {}

  /** @param maxBytes bytes that a gzipped file may unpack to */
  static async open(path: string, maxBytes: number): Promise<Source> {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      const magic = Buffer.alloc(2);
      await file.read(magic, 0, 2, 0);
      return new Source(path, size, magic[0] === 0x1f && magic[1] === 0x8b, maxBytes);
    } finally {
      await file.close();
    }
  }

  /** The bytes, unpacked, from the first to the last. */
  async *chunks(): AsyncGenerator<Buffer> {
    const file = createReadStream(this.path, { highWaterMark: CHUNK });
    if (!this.gzip) {
      yield* file as AsyncIterable<Buffer>;
      return;
    }
    const gunzip = createGunzip({ chunkSize: CHUNK });
    file.on('error', (error) => gunzip.destroy(error));
    let bytes = 0;
    try {
      for await (const chunk of file.pipe(gunzip) as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > this.maxBytes) {
          throw tooLarge('unpacks_too_large', `The file unpacks to more than ${this.maxBytes} bytes.`);
        }
        yield chunk;
      }
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (!code?.startsWith('Z_')) throw error;
      throw unreadable('damaged_gzip', `The gzip stream is damaged after ${bytes} unpacked bytes: ${message}.`);
    } finally {
      file.destroy();
      gunzip.destroy();
    }
  }

  /** The first bytes, unpacked; fewer when there are no more. */
  async head(count: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let length = 0;
    for await (const chunk of this.chunks()) {
      parts.push(chunk);
      length += chunk.length;
      if (length >= count) break;
    }
    return Buffer.concat(parts).subarray(0, count);
  }

  /** Runs something on the file, unpacked, with access to any position. */
  async seek<T>(use: (file: SeekableFile) => Promise<T>): Promise<T> {
    const path = this.gzip ? this.path + UNPACKED : this.path;
    if (this.gzip) await pipeline(this.chunks(), createWriteStream(path, { mode: 0o600 }));
    const file = new SeekableFile(path, (await stat(path)).size);
    try {
      return await use(file);
    } finally {
      file.close();
    }
  }
}
