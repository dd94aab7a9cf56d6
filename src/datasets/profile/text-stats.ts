import type { FrequentValue } from '../dataset-types.js';
import { HyperLogLog } from './hyper-log-log.js';
import { mostFrequent } from './number-stats.js';

/** UTF-16 units of all values that are kept to be counted, in one column. */
const KEPT_LENGTH = 4 * 2 ** 20;

/**
 * Figures of the texts of a column, made in one pass. Up to a limit, distinct values are counted exactly; beyond it their
 * number is estimated and rare ones are forgotten (lossy counting, Manku and Motwani 2002: a count is short by at most
 * the number of times that they were).
 */
export class TextStats {
  count = 0;
  /** UTF-16 units of all values together. */
  totalLength = 0;
  /** Whether one of them has white space inside. */
  spaced = false;
  private counts = new Map<string, number>();
  private keptLength = 0;
  private forgotten = 0;
  private estimate: HyperLogLog | undefined;

  /** @param limit how many distinct values are kept */
  constructor(private readonly limit: number) {}

  add(text: string): void {
    this.count++;
    this.totalLength += text.length;
    const known = this.counts.get(text);
    if (known !== undefined) {
      this.counts.set(text, known + 1);
      return;
    }
    if (!this.spaced && /\s/.test(text)) this.spaced = true;
    this.estimate?.add(hashText(text));
    this.counts.set(text, 1 + this.forgotten);
    this.keptLength += text.length;
    while (this.counts.size > this.limit || this.keptLength > KEPT_LENGTH) this.forgetRare();
  }

  get exact(): boolean {
    return this.estimate === undefined;
  }

  get distinct(): number {
    return this.estimate ? Math.min(this.estimate.size, this.count) : this.counts.size;
  }

  frequent(): FrequentValue[] {
    const found = [...this.counts].map(([value, count]) => ({ value, count: count - this.forgotten }));
    return mostFrequent(found).map(({ value, count }) => ({ value: shorten(value), count }));
  }

  private forgetRare(): void {
    if (!this.estimate) {
      this.estimate = new HyperLogLog();
      for (const text of this.counts.keys()) this.estimate.add(hashText(text));
    }
    this.forgotten++;
    for (const [text, count] of this.counts) {
      if (count > this.forgotten) continue;
      this.counts.delete(text);
      this.keptLength -= text.length;
    }
  }
}

/** FNV-1a over the UTF-16 units, mixed once more so that all bits depend on all units. */
function hashText(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Long values are shown by their beginning. */
function shorten(text: string): string {
  return text.length > 100 ? `${text.slice(0, 99).replace(/[\ud800-\udbff]$/, '')}…` : text;
}
