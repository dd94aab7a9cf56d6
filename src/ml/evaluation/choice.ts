import type { Choice, SweepEntry } from '../types.js';

/** How far beyond the average step the curve has to fall for a knee to count (Kneedle's S). */
const SENSITIVITY = 1;

/**
 * The number of clusters that most criteria choose; where as many are for another, the one that the earlier criterion of
 * silhouette, gap, elbow, Davies-Bouldin and Calinski-Harabasz is for.
 *
 * @param sweep by rising k, at least one
 */
export function chooseK(sweep: readonly SweepEntry[]): Choice {
  const votes = {
    silhouette: best(sweep, ({ silhouette }) => silhouette),
    gap: firstWithinGap(sweep),
    elbow: knee(sweep),
    daviesBouldin: best(sweep, ({ daviesBouldin }) => (daviesBouldin === null ? null : -daviesBouldin)),
    // Without any spread within the clusters it is infinite, whatever number stands for that.
    calinskiHarabasz: best(sweep, ({ calinskiHarabasz, inertia }) =>
      calinskiHarabasz !== null && inertia === 0 ? Infinity : calinskiHarabasz,
    ),
  };
  const cast = (Object.keys(votes) as Criterion[]).flatMap((criterion) => {
    const k = votes[criterion];
    return k === null ? [] : [{ criterion, k }];
  });
  const count = (k: number): number => cast.filter((vote) => vote.k === k).length;
  const chosen = cast.reduce((leader, { k }) => (count(k) > count(leader) ? k : leader), cast[0]?.k ?? sweep[0].k);
  const agreement = sweep.find(({ k }) => k === chosen)?.stability;
  return { ...votes, chosen, why: reason(cast, chosen) + consistency(agreement) };
}

const NAMES = {
  silhouette: 'the silhouette',
  gap: 'the gap statistic',
  elbow: 'the elbow',
  daviesBouldin: 'Davies-Bouldin',
  calinskiHarabasz: 'Calinski-Harabasz',
} as const;

/** Below it, halves of the same rows lead to clusters that have little to do with each other. */
const SHAKY = 0.6;

function consistency(agreement: number | null | undefined): string {
  if (agreement === null || agreement === undefined) return '';
  const fits = `on halves of the rows agree to ${agreement.toFixed(2)} (adjusted Rand index)`;
  return agreement < SHAKY ? ` Mind that fits ${fits} only: other rows may lead to other clusters.` : ` Fits ${fits}.`;
}

type Criterion = keyof typeof NAMES;

function reason(cast: { criterion: Criterion; k: number }[], chosen: number): string {
  if (cast.length === 0) return `No criterion can tell these numbers of clusters apart, so ${chosen}, the smallest.`;
  const backing = cast.filter(({ k }) => k === chosen).map(({ criterion }) => NAMES[criterion]);
  if (backing.length === cast.length) return `All ${cast.length} criteria that apply choose ${chosen}.`;
  const others = cast.filter(({ k }) => k !== chosen).map(({ criterion, k }) => `${NAMES[criterion]} is for ${k}`);
  return `${chosen} is chosen by ${backing.join(', ')}; they disagree: ${others.join(', ')}.`;
}

/** The k of the highest score, the smaller of two with the same. */
function best(sweep: readonly SweepEntry[], score: (entry: SweepEntry) => number | null): number | null {
  let leader: { k: number; value: number } | null = null;
  for (const entry of sweep) {
    const value = score(entry);
    if (value !== null && (leader === null || value > leader.value)) leader = { k: entry.k, value };
  }
  return leader?.k ?? null;
}

/** The smallest k whose gap is not beaten by the next one by more than its standard error. */
function firstWithinGap(sweep: readonly SweepEntry[]): number | null {
  for (let i = 0; i + 1 < sweep.length; i++) {
    const [here, next] = [sweep[i], sweep[i + 1]];
    if (here.gap === null || next.gap === null) continue;
    if (here.gap >= next.gap - (next.gapError ?? 0)) return here.k;
  }
  return null;
}

/**
 * The knee of the falling inertia by Kneedle (Satopää, Albrecht, Irwin and Raghavan 2011), offline, without smoothing: the
 * first local maximum of the distance between the normalised curve and its chord after which it falls by more than the
 * sensitivity times the mean step.
 */
function knee(sweep: readonly SweepEntry[]): number | null {
  const points = sweep.filter((entry) => entry.inertia !== null);
  if (points.length < 3) return null;
  const [first, last] = [points[0], points.at(-1)!];
  const drop = first.inertia! - last.inertia!;
  if (drop <= 0) return null;
  const rise = points.map(({ k, inertia }) => (first.inertia! - inertia!) / drop - (k - first.k) / (last.k - first.k));
  const step = SENSITIVITY / (points.length - 1);
  let candidate = -1;
  for (let i = 1; i < points.length; i++) {
    const peak = i + 1 < points.length && rise[i] >= rise[i - 1] && rise[i] > rise[i + 1];
    if (peak) candidate = i;
    else if (candidate >= 0 && rise[i] < rise[candidate] - step) return points[candidate].k;
  }
  return null;
}
