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
   */
  async receive(stream: Readable & { truncated?: boolean }): Promise<ReceivedFile> {
    const file = path.join(this.folder, newId());
    const hash = createHash('sha256');
    let sizeBytes = 0;
    try {
      await pipeline(
        stream,
        async function* (chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) {
            hash.update(chunk);
            sizeBytes += chunk.length;
            yield chunk;
          }
        },
        createWriteStream(file, { mode: 0o600, highWaterMark: WRITE_AHEAD }),
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
