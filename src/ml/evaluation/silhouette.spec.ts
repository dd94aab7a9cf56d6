import { describe, expect, it } from '@jest/globals';
import { Generator } from '../kmeans/generator.js';
import type { Hooks } from '../kmeans/fit.js';
import { silhouettesOf } from './silhouette.js';

const HOOKS: Hooks = { interrupt: () => undefined, progress: null };

describe('silhouettes of several groupings', () => {
  const generator = new Generator(1, 2);
  const rows = 90;
  const values = Float64Array.from({ length: rows * 3 }, () => generator.uniform());
  /** More clusters than one pass is for, most of them without rows; among them such as have no silhouette. */
  const groupings = [3000, 1, 1096, 2, 5000, 1, 1, 7, 4090].map((k) => ({
    k,
    labels: Int32Array.from({ length: rows }, () => generator.below(k)),
  }));

  it('are each the one that it has by itself, and in order', () => {
    const alone = groupings.flatMap((grouping) => silhouettesOf(values, 3, [grouping], HOOKS));
    expect(alone.map(({ silhouette }) => silhouette !== null)).toEqual(groupings.map(({ k }) => k > 1));
    expect(alone.map(({ silhouettes }) => silhouettes.length)).toEqual(groupings.map(({ k }) => k));
    expect(silhouettesOf(values, 3, groupings, HOOKS)).toEqual(alone);
  });

  it('are none of none', () => {
    expect(silhouettesOf(values, 3, [], HOOKS)).toEqual([]);
  });
});
