/** UTF-16 units of text that are held at a time: as strings, many lines take several times their room. */
const HELD = 8192;
/** Bytes that a UTF-16 unit may take. */
const WIDEST = 3;

/** Text that is put together bit by bit and taken as bytes, in one place that serves again and again. */
export class TextBytes {
  private bytes = Buffer.alloc(0);
  private length = 0;
  private held = '';

  add(text: string): void {
    this.held += text;
    if (this.held.length > HELD) this.flush();
  }

  /** All of it, in memory of its own; begins anew. */
  take(): Buffer {
    this.flush();
    const taken = Buffer.allocUnsafeSlow(this.length);
    this.bytes.copy(taken, 0, 0, this.length);
    this.length = 0;
    return taken;
  }

  private flush(): void {
    const needed = this.length + WIDEST * this.held.length;
    if (needed > this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 1.5 * this.bytes.length));
      this.bytes.copy(larger, 0, 0, this.length);
      this.bytes = larger;
    }
    this.length += this.bytes.write(this.held, this.length);
    this.held = '';
  }
}
