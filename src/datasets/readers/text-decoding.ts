import { unreadable } from '../datasets.errors.js';

/** Bytes that are enough to see a byte order mark, or that there should be one. */
const HEAD_BYTES = 256;

/** Text as UTF-8 without a byte order mark, and the encoding that it had. */
export interface DecodedText {
  encoding: string;
  chunks: AsyncIterable<Buffer>;
}

/**
 * Makes UTF-8 of a stream of text. A byte order mark decides, else the given encoding, else the zeros of UTF-16, else it
 * is taken for UTF-8 and passed on as it is: whoever reads it checks it. Encodings of one byte a character are not
 * guessed: any bytes are text in most of them, and a wrong one is seen by nobody.
 *
 * @param given a label of the WHATWG Encoding standard
 */
export async function decodeText(source: AsyncIterable<Buffer>, given?: string): Promise<DecodedText> {
  const label = given === undefined ? undefined : labelOf(given);
  const chunks = source[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < HEAD_BYTES) {
    const next = await chunks.next();
    if (next.done) break;
    head = head.length ? Buffer.concat([head, next.value]) : Buffer.from(next.value);
  }
  const marked = markOf(head);
  const encoding = marked?.encoding ?? label ?? utf16Of(head) ?? 'utf-8';
  const all = concat(head.subarray(marked?.length ?? 0), chunks);
  return { encoding, chunks: encoding === 'utf-8' ? all : transcode(all, encoding) };
}

function markOf(head: Buffer): { encoding: string; length: number } | undefined {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: 'utf-8', length: 3 };
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', length: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: 'utf-16be', length: 2 };
  return undefined;
}

/** UTF-16 without a mark: text in Latin letters has a zero in every other byte, and none in the others. */
function utf16Of(head: Buffer): string | undefined {
  const pairs = Math.min(head.length, HEAD_BYTES) >> 1;
  const zeros = [0, 0];
  for (let i = 0; i < 2 * pairs; i++) if (head[i] === 0) zeros[i % 2]++;
  const [even, odd] = zeros;
  if (pairs < 2 || Math.max(even, odd) < 0.8 * pairs || Math.min(even, odd) > 0) return undefined;
  return odd > 0 ? 'utf-16le' : 'utf-16be';
}

function labelOf(given: string): string {
  try {
    return new TextDecoder(given).encoding;
  } catch {
    throw unreadable('unknown_encoding', `The encoding "${given}" is not known. Say one such as windows-1252.`);
  }
}

/** Ends the rest too when nobody wants it, so that its file is closed. */
async function* concat(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (head.length > 0) yield head;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
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
    if ((error as NodeJS.ErrnoException).code !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw error;
    throw unreadable('bad_encoding', `After byte ${bytes} the file is not ${encoding}.`);
  }
}
