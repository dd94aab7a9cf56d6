import { once } from 'node:events';
import { PassThrough } from 'node:stream';

/** How long a caller may take nothing before the answer is given up. */
const STALL_MS = 60_000;

/** Holds its last piece back, so that what goes wrong with a short file is told by a problem and not by a broken answer. */
export class Answer {
  readonly stream = new PassThrough({ highWaterMark: 2 ** 20 });
  /** Settles when there is something to send, or nothing will be. */
  readonly begun: Promise<void>;
  private begin!: () => void;
  private refuse!: (error: unknown) => void;
  private held: Uint8Array | undefined;
  /** Bytes so far, held ones among them. */
  length = 0;

  constructor(private readonly signal: AbortSignal) {
    this.begun = new Promise((resolve, reject) => {
      this.begin = resolve;
      this.refuse = reject;
    });
    // Whoever takes the stream hears of its end; until somebody does, `begun` tells.
    this.stream.on('error', () => undefined);
  }

  /** What comes before the first piece. */
  hold(head: Uint8Array): void {
    this.length += head.length;
    this.held = head;
  }

  async write(piece: Uint8Array): Promise<void> {
    const held = this.held;
    this.length += piece.length;
    this.held = piece;
    if (held) await this.send(held);
  }

  async end(ending: string | Uint8Array): Promise<void> {
    if (this.held) await this.send(this.held);
    this.begin();
    this.stream.end(ending);
  }

  fail(error: unknown): void {
    this.refuse(error);
    this.stream.destroy(error instanceof Error ? error : new Error(String(error)));
  }

  private async send(piece: Uint8Array): Promise<void> {
    // Given up meanwhile: what was still being written goes nowhere.
    if (this.stream.destroyed) return;
    this.begin();
    if (this.stream.write(piece)) return;
    await once(this.stream, 'drain', { signal: AbortSignal.any([this.signal, AbortSignal.timeout(STALL_MS)]) });
  }
}
