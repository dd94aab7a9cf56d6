import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { passOn } from '../common/young-garbage.js';
import { AppConfig } from '../config/app-config.js';
import { tooLarge } from './datasets.errors.js';
import type { TakeBlock, TakeStart } from './reading/reader-process.js';
import { ReaderPool } from './reading/reader-pool.js';
import { type ReceivedFile, Uploads } from './uploads.js';

/** The first bytes of a file, which tell most formats. */
const HEAD_BYTES = 512;

/** Tables that are read once and not kept. They have readers of their own: whoever takes slowly holds up no upload. */
@Injectable()
export class TableFiles implements OnModuleDestroy {
  private readonly readers: ReaderPool;

  constructor(
    private readonly config: AppConfig,
    private readonly uploads: Uploads,
  ) {
    this.readers = new ReaderPool(config);
  }

  onModuleDestroy(): void {
    this.readers.onModuleDestroy();
  }

  /**
   * Receives a file whole; {@link discard} it in the end.
   *
   * @throws DatasetRefusedError when it is larger than an upload may be
   */
  async receive(stream: Readable): Promise<ReceivedFile & { head: Buffer }> {
    const file = await this.uploads.receive(stream.compose(limited(this.config.uploadLimitBytes)));
    const handle = await open(file.path);
    try {
      const head = Buffer.alloc(HEAD_BYTES);
      const { bytesRead } = await handle.read(head, 0, HEAD_BYTES, 0);
      return { ...file, head: head.subarray(0, bytesRead) };
    } finally {
      await handle.close();
    }
  }

  async discard(file: ReceivedFile): Promise<void> {
    await this.uploads.remove(file.path);
  }

  /**
   * Reads a file in another process: what it begins with, then its blocks one after the other, each waited for.
   *
   * @throws DatasetRefusedError for what is wrong with the content
   */
  async read(
    file: { path: string; name: string },
    begin: TakeStart,
    take: TakeBlock,
    signal: AbortSignal,
  ): Promise<void> {
    const { maxColumns, uploadLimitBytes } = this.config;
    // Nothing is stored; unpacked, a file may be as large as one that was not packed.
    const limits = { maxColumns, maxStoredBytes: Infinity, maxUnpackedBytes: uploadLimitBytes, passing: true };
    await this.readers.read({ file, options: {}, limits }, take, signal, begin);
  }
}

function limited(bytes: number): (chunks: AsyncIterable<Buffer>) => AsyncGenerator<Buffer> {
  return async function* (chunks) {
    let received = 0;
    for await (const chunk of chunks) {
      received += chunk.length;
      if (received > bytes) {
        throw tooLarge('file_too_large', `The file is larger than the ${bytes} bytes that this service accepts.`);
      }
      yield chunk;
      passOn(chunk.length);
    }
  };
}
