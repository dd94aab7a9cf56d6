import { DatasetRefusedError } from './datasets.errors.js';

/**
 * A file that is read while it comes in. It is a guess: what was said about the file may change until the form ends, and
 * the reader may be needed elsewhere. Then the file is read again when it is there, as others are.
 */
export class EarlyReading<Loaded> {
  private readonly stop = new AbortController();
  private readonly arrived = Promise.withResolvers<undefined>();
  private readonly outcome: Promise<Loaded | undefined>;
  private taken = false;

  /**
   * @param said what the file is read by, as text
   * @param load reads it, and takes everything back where that fails
   * @param discard takes back what was loaded
   */
  constructor(
    private readonly said: string,
    load: (whole: Promise<undefined>, signal: AbortSignal) => Promise<Loaded>,
    private readonly discard: () => Promise<void>,
  ) {
    this.outcome = load(this.arrived.promise, this.stop.signal).catch((error: unknown) => {
      // What is wrong with the beginning of a file is wrong with the file; all else may not happen again.
      if (error instanceof DatasetRefusedError) throw error;
      return undefined;
    });
    // Whoever waits for it hears of it.
    this.outcome.catch(() => undefined);
  }

  /**
   * Says that the file is there, and waits until it is read.
   *
   * @param said as above, now that the form has ended
   * @returns undefined where it must be read again
   * @throws DatasetRefusedError for what is wrong with it
   */
  async take(said: string): Promise<Loaded | undefined> {
    if (said !== this.said) return undefined;
    this.arrived.resolve(undefined);
    const loaded = await this.outcome;
    this.taken = loaded !== undefined;
    return loaded;
  }

  /** Takes back what was not taken. */
  async end(): Promise<void> {
    if (this.taken) return;
    this.stop.abort();
    const loaded = await this.outcome.catch(() => undefined);
    if (loaded) await this.discard();
  }
}
