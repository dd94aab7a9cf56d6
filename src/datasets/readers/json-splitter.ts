import { unreadable } from '../datasets.errors.js';

const [QUOTE, BACKSLASH, COMMA] = [34, 92, 44];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [91, 93, 123, 125];
const SPACES = new Set([9, 10, 13, 32]);

/** Bytes of one element that are too many. */
const MAX_ELEMENT = 16 * 2 ** 20;
/** Bytes of elements that are parsed at once. */
const BATCH = 2 ** 19;

/**
 * Cuts the text of one long JSON array into batches of its elements, which `JSON.parse` then takes: the array itself may
 * be far longer than a string can be. Only brackets, commas and strings are looked at; all else is left to the parser.
 */
export class JsonSplitter {
  private pending: Buffer = Buffer.alloc(0);
  /** How far `pending` was looked at. */
  private scanned = 0;
  /** Where the elements that are not yet handed out begin, and end as far as known. */
  private start = 0;
  private end = -1;
  private depth = 0;
  private inString = false;
  private escaped = false;
  private closed = false;
  private elements = 0;

  /** Takes more bytes; gives the batches that are complete. */
  *push(chunk: Buffer): Generator<unknown[]> {
    this.pending = this.pending.length ? Buffer.concat([this.pending, chunk]) : chunk;
    while (this.scanned < this.pending.length) {
      this.scan();
      if (this.end - this.start >= BATCH) yield this.take();
    }
    if (this.end >= 0) yield this.take();
    if (this.pending.length - this.start > MAX_ELEMENT) {
      throw unreadable(
        'record_too_long',
        `Element ${this.elements + 1} of the JSON array is longer than ${MAX_ELEMENT} bytes.`,
      );
    }
    this.pending = this.pending.subarray(this.start);
    this.scanned -= this.start;
    this.start = 0;
  }

  /** Sees that the array ended. */
  finish(): void {
    if (this.closed) return;
    throw unreadable('invalid_json', `The JSON ends within its array, after ${this.elements} complete elements.`);
  }

  /** Looks at bytes until a batch is full or there are no more. */
  private scan(): void {
    const { pending } = this;
    let at = this.scanned;
    for (; at < pending.length && this.end - this.start < BATCH; at++) {
      const byte = pending[at];
      if (this.inString) {
        if (this.escaped) this.escaped = false;
        else if (byte === BACKSLASH) this.escaped = true;
        else if (byte === QUOTE) this.inString = false;
      } else if (byte === QUOTE) this.inString = true;
      else if (byte === OPEN_LIST || byte === OPEN_OBJECT) this.open(at);
      else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) this.close(at);
      else if (byte === COMMA && this.depth === 1) this.end = at;
      else if (this.closed && !SPACES.has(byte)) {
        throw unreadable('invalid_json', 'Something follows the JSON array.');
      }
    }
    this.scanned = at;
  }

  private open(at: number): void {
    if (this.closed) throw unreadable('invalid_json', 'Something follows the JSON array.');
    if (this.depth === 0) this.start = at + 1;
    this.depth++;
  }

  private close(at: number): void {
    this.depth--;
    if (this.depth < 0) throw unreadable('invalid_json', 'The JSON closes a bracket that was not opened.');
    if (this.depth > 0) return;
    this.closed = true;
    this.end = at;
  }

  private take(): unknown[] {
    const text = this.pending.toString('utf8', this.start, this.end);
    const batch = this.parse(text);
    const separator = this.pending[this.end] === COMMA;
    if (batch.length === 0 && (separator || this.elements > 0)) {
      throw unreadable(
        'invalid_json',
        `Element ${this.elements + 1} of the JSON array is missing: there is a comma too many.`,
      );
    }
    this.elements += batch.length;
    this.start = this.end + 1;
    this.end = -1;
    return batch;
  }

  private parse(text: string): unknown[] {
    try {
      return JSON.parse(`[${text}]`) as unknown[];
    } catch (error) {
      const message = (error as Error).message.slice(0, 200);
      throw unreadable('invalid_json', `After ${this.elements} elements the JSON is broken: ${message}.`);
    }
  }
}
