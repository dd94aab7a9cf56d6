import type { TakeBlock } from '../reading/reader-process.js';

/**
 * Stores blocks a few at a time, so that the database works on one while the next ones come in. Whoever hands them over
 * waits when that many are under way.
 */
export class BlockStore {
  /** Bytes of what was taken. */
  bytes = 0;
  private readonly pending = new Set<Promise<void>>();

  /**
   * @param store one block
   * @param atOnce how many at a time
   */
  constructor(
    private readonly store: TakeBlock,
    private readonly atOnce: number,
  ) {}

  /** @throws what an earlier block met with */
  readonly take: TakeBlock = async (block, firstRow) => {
    this.bytes += block.length;
    const storing = this.store(block, firstRow).then(() => {
      this.pending.delete(storing);
    });
    // Whoever waits next hears of a failure, which stays among those that are under way.
    storing.catch(() => undefined);
    this.pending.add(storing);
    if (this.pending.size >= this.atOnce) await Promise.race(this.pending);
  };

  /** Resolves when all are stored. @throws what one of them met with */
  async stored(): Promise<void> {
    await Promise.all(this.pending);
  }

  /** Resolves when none is under way, whatever became of it. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.pending);
  }
}
