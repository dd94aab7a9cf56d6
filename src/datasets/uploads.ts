import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { makeFolder } from '../common/folders.js';
import { newId } from '../common/ids.js';
import { AppConfig, ConfigError } from '../config/app-config.js';
import { tooLarge } from './datasets.errors.js';
import { UNPACKED } from './readers/source.js';

/** Bytes that may wait for the disk: with little, every piece of a body would wait for the one before. */
const WRITE_AHEAD = 4 * 2 ** 20;
const STALE_MS = 6 * 3600 * 1000;

/** Bytes after which it pays to read a file while it comes in. */
export const EARLY_BYTES = 4 * 2 ** 20;
/** Bytes that tell the format. */
const HEAD_BYTES = 512;

/** A file that is still coming in, of which enough is there to begin. */
export interface PartialFile {
  path: string;
  /** Its first bytes. */
  head: Buffer;
}

/** A file that was received whole and waits to be read. */
export interface ReceivedFile {
  path: string;
  sizeBytes: number;
  /** In hexadecimal. */
  sha256: string;
}

/** Keeps uploaded files on disk while they are read, in a folder that is the service's own. */
@Injectable()
export class Uploads implements OnModuleInit {
  private readonly folder: string;

  constructor(config: AppConfig) {
    this.folder = path.join(config.dataDir, 'uploads');
  }

  /** Removes what processes that died left behind. */
  async onModuleInit(): Promise<void> {
    try {
      makeFolder(this.folder);
    } catch (error) {
      throw new ConfigError(`DATA_DIR (${this.folder}) cannot be used: ${(error as Error).message}.`);
    }
    for (const name of await readdir(this.folder)) {
      const file = path.join(this.folder, name);
      const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Infinity }));
      if (mtimeMs < Date.now() - STALE_MS) await rm(file, { force: true });
    }
  }

  /**
   * Writes a stream to a file; whoever receives it removes it.
   *
   * @param stream `truncated` once it was cut off at the limit
   * @param onPartial hears of a large file before it is whole
   */
  async receive(
    stream: Readable & { truncated?: boolean },
    onPartial?: (file: PartialFile) => void,
  ): Promise<ReceivedFile> {
    const file = path.join(this.folder, newId());
    const hash = createHash('sha256');
    const sink = createWriteStream(file, { mode: 0o600, highWaterMark: WRITE_AHEAD });
    let sizeBytes = 0;
    let head = Buffer.alloc(0);
    let told = onPartial === undefined;
    try {
      await pipeline(
        stream,
        async function* (chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) {
            hash.update(chunk);
            sizeBytes += chunk.length;
            if (!told && head.length < HEAD_BYTES) head = Buffer.concat([head, chunk.subarray(0, HEAD_BYTES)]);
            yield chunk;
            if (told || sizeBytes < EARLY_BYTES || sink.pending) continue;
            told = true;
            onPartial?.({ path: file, head });
          }
        },
        sink,
      );
      if (stream.truncated) {
        throw tooLarge('file_too_large', `The file is larger than the ${sizeBytes} bytes that this service accepts.`);
      }
    } catch (error) {
      await this.remove(file);
      throw error;
    }
    return { path: file, sizeBytes, sha256: hash.digest('hex') };
  }

  /** Removes a file, and what its reader unpacked beside it. */
  async remove(file: string): Promise<void> {
    await rm(file, { force: true });
    await rm(file + UNPACKED, { force: true });
  }
}
