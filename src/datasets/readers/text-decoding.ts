import { unreadable } from '../datasets.errors.js';

/** Bytes that are enough to see a byte order mark. */
const MARK_BYTES = 3;

/** Text as UTF-8 without a byte order mark, and the encoding that it had. */
export interface DecodedText {
  encoding: string;
  chunks: AsyncIterable<Buffer>;
}

/**
 * Makes UTF-8 of a stream of text. A byte order mark decides, else the given encoding, else it is taken for UTF-8, and
 * passed on as it is: whoever reads it checks it.
 *
 * @param given a label of the WHATWG Encoding standard
 */
export async function decodeText(source: AsyncIterable<Buffer>, given?: string): Promise<DecodedText> {
  const chunks = source[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < MARK_BYTES) {
    const next = await chunks.next();
    if (next.done) break;
    head = head.length ? Buffer.concat([head, next.value]) : Buffer.from(next.value);
  }
  const rest = { [Symbol.asyncIterator]: () => chunks };
  const marked = markOf(head);
  const encoding = marked?.encoding ?? labelOf(given);
  const all = concat(head.subarray(marked?.length ?? 0), rest);
  return { encoding, chunks: encoding === 'utf-8' ? all : transcode(all, encoding) };
}

function markOf(head: Buffer): { encoding: string; length: number } | undefined {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: 'utf-8', length: 3 };
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', length: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: 'utf-16be', length: 2 };
  return undefined;
}

function labelOf(given: string | undefined): string {
  if (given === undefined) return 'utf-8';
  try {
    return new TextDecoder(given).encoding;
  } catch {
    throw unreadable('unknown_encoding', `The encoding "${given}" is not known. Say one such as windows-1252.`);
  }
}

async function* concat(head: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  yield* rest;
}

async function* transcode(chunks: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      yield Buffer.from(decoder.decode(chunk, { stream: true }));
      bytes += chunk.length;
    }
    yield Buffer.from(decoder.decode());
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw unreadable('bad_encoding', `After byte ${bytes} the file is not ${encoding}.`);
  }
}
