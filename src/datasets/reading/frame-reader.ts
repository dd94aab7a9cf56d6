import type { Readable } from 'node:stream';
import { FRAME_HEAD } from './protocol.js';

/** One message from a reader process. */
export interface Frame {
  type: number;
  payload: Buffer;
}

/** Cuts a stream into frames; reads on only as frames are asked for, so that a slow taker slows the sender. */
export async function* readFrames(stream: Readable): AsyncGenerator<Frame, undefined> {
  let parts: Buffer[] = [];
  let length = 0;
  let wanted = FRAME_HEAD;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    parts.push(chunk);
    length += chunk.length;
    while (length >= wanted) {
      const bytes = parts.length === 1 ? parts[0] : Buffer.concat(parts, length);
      const end = FRAME_HEAD + bytes.readUInt32LE(1);
      if (length < end) {
        parts = [bytes];
        wanted = end;
        break;
      }
      yield { type: bytes[0], payload: bytes.subarray(FRAME_HEAD, end) };
      parts = length > end ? [bytes.subarray(end)] : [];
      length -= end;
      wanted = FRAME_HEAD;
    }
  }
  return undefined;
}
