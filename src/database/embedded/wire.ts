/**
 * The parts of PostgreSQL's wire protocol, version 3, that the gate has to read or write itself
 * (https://www.postgresql.org/docs/current/protocol-message-formats.html). Everything else passes through it unread.
 */

/** What a connection's first packet asks for. */
export const REQUEST = { SSL: 80877103, GSS: 80877104, CANCEL: 80877102, PROTOCOL_3: 196608 } as const;

/** The largest message PostgreSQL takes: 1 GB less one byte. */
export const MAX_MESSAGE_BYTES = 0x3fffffff;

/** Whether a transaction is open after a ReadyForQuery: idle, in a transaction, in a failed one. */
export type TransactionStatus = 'I' | 'T' | 'E';

/** One whole message: a type byte, four bytes of length (itself included), and the body. */
export function message(type: string, ...parts: (string | Buffer | Uint8Array)[]): Buffer {
  const body = parts.map((part) => (typeof part === 'string' ? Buffer.from(`${part}\0`) : part));
  const head = Buffer.alloc(5);
  head.write(type, 'latin1');
  head.writeInt32BE(4 + body.reduce((sum, part) => sum + part.length, 0), 1);
  return Buffer.concat([head, ...body]);
}

export function int32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => bytes.writeInt32BE(value, 4 * i));
  return bytes;
}

export const query = (sql: string): Buffer => message('Q', sql);
export const sync = (): Buffer => message('S');
export const closeStatement = (name: string): Buffer => message('C', Buffer.from('S'), name);

export const readyForQuery = (status: TransactionStatus): Buffer => message('Z', Buffer.from(status));
export const commandComplete = (tag: string): Buffer => message('C', tag);

/** @param code an SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html) */
export function errorResponse(severity: 'ERROR' | 'FATAL', code: string, text: string): Buffer {
  const fields = [`S${severity}`, `V${severity}`, `C${code}`, `M${text}`];
  return message('E', ...fields, Buffer.from([0]));
}

/** Reads the text that ends with a zero byte at `offset`. */
export function readText(bytes: Buffer, offset: number): string {
  return bytes.toString('utf8', offset, bytes.indexOf(0, offset));
}

/** Cuts a stream of bytes into whole messages, however it was cut on its way. */
export class MessageReader {
  #chunks: Buffer[] = [];
  #length = 0;

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /**
   * The next whole message, or undefined until there is one.
   *
   * @param typed false for the first packet of a connection, which has no type byte
   * @throws RangeError when its length cannot be
   */
  next(typed: boolean): Buffer | undefined {
    const head = typed ? 5 : 4;
    if (this.#length < head) return undefined;
    // Joined only when the head is cut, or the message is whole: a long message arrives in thousands of chunks.
    if (this.#chunks[0].length < head) this.#join();
    const length = this.#chunks[0].readInt32BE(head - 4) + head - 4;
    if (length < head || length > (typed ? MAX_MESSAGE_BYTES : 10_000)) throw new RangeError('invalid message length');
    if (this.#length < length) return undefined;
    if (this.#chunks[0].length < length) this.#join();
    const first = this.#chunks[0];
    if (first.length === length) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(length);
    this.#length -= length;
    return first.subarray(0, length);
  }

  #join(): void {
    this.#chunks = [Buffer.concat(this.#chunks)];
  }
}
