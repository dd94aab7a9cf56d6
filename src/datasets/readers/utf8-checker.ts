import { isUtf8 } from 'node:buffer';
import { unreadable } from '../datasets.errors.js';

/** Sees that a stream of bytes is UTF-8. */
export class Utf8Checker {
  private rest = Buffer.alloc(0);
  private bytes = 0;

  push(chunk: Buffer): void {
    const all = this.rest.length ? Buffer.concat([this.rest, chunk]) : chunk;
    // The last character may be cut: it is left for the next time.
    let end = all.length;
    for (let back = 1; back <= Math.min(4, all.length); back++) {
      const byte = all[all.length - back];
      if ((byte & 0xc0) === 0x80) continue;
      const width = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
      if (width > back) end = all.length - back;
      break;
    }
    if (!isUtf8(all.subarray(0, end))) this.refuse();
    this.rest = Buffer.from(all.subarray(end));
    this.bytes += chunk.length;
  }

  finish(): void {
    if (this.rest.length > 0) this.refuse();
  }

  private refuse(): never {
    throw unreadable(
      'not_utf8',
      `After byte ${this.bytes} there are bytes that are not UTF-8. Save the file as UTF-8, or say its encoding, such as windows-1252.`,
    );
  }
}
