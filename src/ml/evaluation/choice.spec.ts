import { describe, expect, it } from '@jest/globals';
import type { SweepEntry } from '../types.js';
import { chooseK } from './choice.js';

/** Entries from k 1 on; silhouette and gap where given. */
function sweep(
  inertias: number[],
  scores: { silhouette?: (number | null)[]; gap?: (number | null)[] } = {},
): SweepEntry[] {
  return inertias.map((inertia, i) => ({
    k: i + 1,
    inertia,
    silhouette: scores.silhouette?.[i] ?? null,
    calinskiHarabasz: null,
    daviesBouldin: null,
    gap: scores.gap?.[i] ?? null,
    gapError: 0.05,
  }));
}

describe('chooseK', () => {
  it('finds the knee where the inertia stops falling steeply', () => {
    expect(chooseK(sweep([100, 60, 20, 17, 15, 13, 12, 11])).elbow).toBe(3);
    expect(chooseK(sweep([100, 20, 18, 16, 14, 12])).elbow).toBe(2);
  });

  it('finds no knee in a straight line, in two points, or where nothing falls', () => {
    expect(chooseK(sweep([50, 40, 30, 20, 10])).elbow).toBeNull();
    expect(chooseK(sweep([50, 10])).elbow).toBeNull();
    expect(chooseK(sweep([7, 7, 7])).elbow).toBeNull();
  });

  it('takes the smallest k whose gap the next one does not clearly beat', () => {
    expect(chooseK(sweep([9, 8, 7, 6], { gap: [0.1, 0.5, 0.9, 0.92] })).gap).toBe(3);
    expect(chooseK(sweep([9, 8, 7], { gap: [0.1, 0.5, 0.9] })).gap).toBeNull();
  });

  it('takes Calinski-Harabasz for infinite where no row is off its centre', () => {
    const scores = [null, 18.4, 1];
    const entries = sweep([12, 2.1, 0]).map((entry, i) => ({ ...entry, calinskiHarabasz: scores[i] }));
    expect(chooseK(entries)).toMatchObject({ calinskiHarabasz: 3, chosen: 3 });
    const worse = entries.map((entry) => ({ ...entry, inertia: entry.inertia === 0 ? 1 : entry.inertia }));
    expect(chooseK(worse)).toMatchObject({ calinskiHarabasz: 2 });
  });

  it('follows the majority and says who disagrees', () => {
    const { chosen, why } = chooseK(
      sweep([100, 60, 20, 17, 15, 13], {
        silhouette: [null, 0.7, 0.5, 0.4, 0.3, 0.2],
        gap: [0, 0.2, 0.9, 0.9, 0.8, 0.7],
      }),
    );
    expect(chosen).toBe(3);
    expect(why).toBe('3 is chosen by the gap statistic, the elbow; they disagree: the silhouette is for 2.');
  });

  it('says how far halves of the rows agree, and warns where they do not', () => {
    const stable = sweep([100, 20, 18, 16, 14, 12]).map((entry) => ({
      ...entry,
      stability: entry.k === 2 ? 0.97 : 0.1,
    }));
    expect(chooseK(stable).why).toMatch(/ Fits on halves of the rows agree to 0\.97 \(adjusted Rand index\)\.$/);
    const shaky = stable.map((entry) => ({ ...entry, stability: 0.41 }));
    expect(chooseK(shaky).why).toMatch(/ Mind that fits on halves of the rows agree to 0\.41 .* only: /);
    expect(chooseK(stable.map((entry) => ({ ...entry, stability: null }))).why).not.toMatch(/halves/);
  });

  it('says when all agree, and when none can tell', () => {
    const agreed = chooseK(sweep([100, 20, 18, 16, 14, 12], { silhouette: [null, 0.7, 0.3, 0.3, 0.2, 0.2] }));
    expect(agreed).toMatchObject({ chosen: 2, why: 'All 2 criteria that apply choose 2.' });
    const silent = chooseK(sweep([5]));
    expect(silent).toMatchObject({ chosen: 1, silhouette: null, elbow: null, gap: null });
    expect(silent.why).toMatch(/^No criterion/);
  });
});
