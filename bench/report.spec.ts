import { describe, expect, it } from '@jest/globals';
import type { Shape } from './data.js';
import type { Measured } from './measure.js';
import { counted, line, linesTable, memoryVerdict, NEW_CENTERS, verdict } from './report.js';

const nothing = { inertia: null, mislabelled: null };

/** A contender whose rounds took so many seconds, all of so many iterations. */
function measured(name: string, seconds: number[], iterations: number, more: Partial<Measured> = {}): Measured {
  const turns = seconds.map((one) => {
    return { seconds: one, calls: 1, cpuPerWall: 2, iterations, totalIterations: iterations };
  });
  return { name, threads: 2, turns, note: '', ...more };
}

describe('ratios', () => {
  const ours = measured('centroid', [1, 4, 2], 100);

  it('are taken within a round, the median of the rounds counts', () => {
    const peer = line('fit', measured('scikit-learn lloyd', [3, 8, 20], 100), ours, nothing);
    expect(peer.ratio).toBe(3); // of 3, 2 and 10; the ratio of the medians would be 4
    expect(counted(peer)).toBe(3);
    expect(peer.seconds).toBe(8);
    expect(peer.fastest).toBe(3);
  });

  it('use the rounds that both have made', () => {
    expect(line('fit', measured('scikit-learn elkan', [5], 100), ours, nothing).ratio).toBe(5);
    const failed = line('fit', measured('scikit-learn elkan', [], 0, { note: 'failed: gone' }), ours, nothing);
    expect([failed.ratio, failed.seconds, counted(failed)]).toEqual([null, null, null]);
  });

  it.each([
    [109, 'time', 4],
    [91, 'time', 4],
    [111, 'iteration', (4 * 100) / 111],
    [50, 'iteration', 8],
  ] as const)('of %i iterations to 100 count by %s', (iterations, counts, ratio) => {
    const peer = line('fit', measured('scikit-learn lloyd', [4, 16, 8], iterations), ours, nothing);
    expect(peer.counts).toBe(counts);
    expect(counted(peer)).toBeCloseTo(ratio, 12);
  });

  it('of a capped fit are those of an iteration alone', () => {
    const note = 'capped: a fit would take about 80 s';
    const peer = line('fit', measured('ml-kmeans', [0.6], 2, { note }), ours, { inertia: 7, mislabelled: 1 });
    expect([peer.seconds, peer.ratio, peer.iterations, peer.inertia]).toEqual([null, null, null, null]);
    expect(counted(peer)).toBeCloseTo(30, 12);
  });

  it('of seeding and prediction know no iterations', () => {
    const seed = line(
      'seed',
      measured('scikit-learn float32', [2, 8, 4], 0),
      measured('centroid', [1, 4, 2], 0),
      nothing,
    );
    expect([seed.counts, counted(seed), seed.secondsPerIteration]).toEqual(['time', 2, null]);
  });
});

describe('the verdict', () => {
  const ours = measured('centroid', [1, 1, 1], 100);
  const lines = [
    line('fit', ours, ours, nothing),
    line('fit', measured('scikit-learn lloyd', [5, 5, 5], 200), ours, nothing), // 2.5 an iteration
    line('fit', measured('scikit-learn elkan', [3, 3, 3], 100), ours, nothing),
    line('fit', { ...measured('scikit-learn elkan', [2], 100), threads: 1 }, ours, nothing),
    line('fit', measured('ml-kmeans', [1.5], 100), ours, nothing),
  ];

  it('is about the scikit-learn algorithm that comes closest by the ratio that counts, at the same threads', () => {
    const words = 'fit, 2 threads: 2.50x scikit-learn lloyd (per iteration, for their numbers differ)';
    expect(verdict('fit', lines, undefined, 2)).toBe(words);
    expect(verdict('fit', lines, 2.5, 2)).toBe(`${words}; target 2.5x: met`);
    expect(verdict('fit', lines, 5, 2)).toBe(`${words}; target 5x: MISSED by 50 %`);
    expect(verdict('fit', lines.slice(0, 1), 5, 2)).toBeNull();
  });

  it('tells a prediction by centres not met before beside one by those of the last call', () => {
    const own = measured('centroid', [1, 1, 1], 0);
    const peer = line('predict', measured('scikit-learn', [6, 6, 6], 0), own, nothing);
    const cold = line('predict', measured(NEW_CENTERS, [1.5, 1.5, 1.5], 0), own, nothing);
    const words = 'predict, 2 threads: 6.00x scikit-learn (in all)';
    expect(verdict('predict', [peer, cold], 5, 2)).toBe(`${words}; target 5x: met; by centres not met before 4.00x`);
    expect(verdict('predict', [peer, cold], undefined, 2)).toBe(`${words}; by centres not met before 4.00x`);
  });

  it('marks the ratio that counts in the table', () => {
    const text = linesTable('fit', {} as Shape, lines);
    expect(text).toMatch(/scikit-learn lloyd .* 5\.00x \|\s+2\.50x \* \|/);
    expect(text).toMatch(/scikit-learn elkan .* 3\.00x \* \|\s+3\.00x \|/);
    const memory = { extraMiB: 11, peakMiB: 222 };
    const held = linesTable('fit', {} as Shape, [line('fit', { ...ours, memory }, ours, nothing)]).split('\n');
    const cells = (row: string): string[] => row.split('|').map((cell) => cell.trim());
    expect(cells(held[2])[cells(held[0]).indexOf('new MiB')]).toBe('11');
    expect(cells(held[2])[cells(held[0]).indexOf('peak MiB')]).toBe('222');
    const widths = new Set(text.split('\n').map((row) => row.length));
    expect(widths.size).toBe(1);
  });

  it('tells memory beyond one float32 copy of the rows', () => {
    const shape = { rows: 2 ** 20, columns: 4, k: 8, restarts: 1, data: '', init: '' };
    const memory = { peakMiB: 100, extraMiB: 32 };
    const words = memoryVerdict(shape, line('fit', { ...ours, memory }, ours, nothing));
    expect(words).toContain('16.0 MiB beyond one float32 copy of the rows (16.0 bytes a row)');
    expect(words).toContain('rows x k x 4 are 32.0 MiB');
  });
});
