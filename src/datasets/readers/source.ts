import { createReadStream, createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { tooLarge, unreadable } from '../datasets.errors.js';
import { SeekableFile } from './seekable.js';

const CHUNK = 2 ** 20;

/** What is added to the path of a gzipped file for the unpacked one, where a format has to be read at any position. */
export const UNPACKED = '.unpacked';

/** What is still to come of a file. */
export interface Arrival {
  /** Whether all of it is there. */
  readonly whole: boolean;
  /** Resolves when it is time to look again. */
  more(): Promise<void>;
}

/** A file that was received, and how to read it. */
export class Source {
  private constructor(
    readonly path: string,
    /** Bytes of the file on disk. */
    readonly size: number,
    readonly gzip: boolean,
    /** Bytes that a gzipped file may unpack to. */
    readonly maxBytes: number,
    private readonly arrival?: Arrival,
  ) {}

  /**
   * @param maxBytes bytes that a gzipped file may unpack to
   * @param arrival of a file that is still coming in: to be read by {@link passing} alone
   */
  static async open(path: string, maxBytes: number, arrival?: Arrival): Promise<Source> {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      const magic = Buffer.alloc(2);
      await file.read(magic, 0, 2, 0);
      return new Source(path, size, magic[0] === 0x1f && magic[1] === 0x8b, maxBytes, arrival);
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

  /**
   * The same, where each chunk lasts only until the next one is asked for: memory for each would cost more than reading
   * does. Waits for what is still to come of the file.
   */
  async *passing(): AsyncGenerator<Buffer> {
    if (this.gzip) {
      yield* this.chunks();
      return;
    }
    const file = await open(this.path);
    try {
      const buffer = Buffer.allocUnsafeSlow(CHUNK);
      for (;;) {
        const whole = this.arrival?.whole ?? true;
        const { bytesRead } = await file.read(buffer, 0, CHUNK);
        if (bytesRead > 0) yield buffer.subarray(0, bytesRead);
        else if (whole) return;
        else await this.arrival?.more();
      }
    } finally {
      await file.close();
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
