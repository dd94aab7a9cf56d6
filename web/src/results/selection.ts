import type { Sample, SampleColumn } from './sample';

/** What is selected: rows of any of the clusters that meet every condition. Nothing said selects everything. */
export interface Selection {
  clusters: ReadonlySet<number>;
  /** From and to, by the column's name. */
  ranges: ReadonlyMap<string, readonly [number, number]>;
  /** What a cell's text must contain, whatever the case, by the column's name. */
  words: ReadonlyMap<string, string>;
}

export const EVERYTHING: Selection = { clusters: new Set(), ranges: new Map(), words: new Map() };

export function isEverything({ clusters, ranges, words }: Selection): boolean {
  return clusters.size === 0 && ranges.size === 0 && words.size === 0;
}

export function toggleCluster(selection: Selection, cluster: number): Selection {
  const clusters = new Set(selection.clusters);
  if (!clusters.delete(cluster)) clusters.add(cluster);
  return { ...selection, clusters };
}

/** @param range undefined takes the condition away */
export function withRange(selection: Selection, name: string, range?: readonly [number, number]): Selection {
  const ranges = new Map(selection.ranges);
  if (range) ranges.set(name, range);
  else ranges.delete(name);
  return { ...selection, ranges };
}

/** @param word undefined takes the condition away */
export function withWord(selection: Selection, name: string, word?: string): Selection {
  const words = new Map(selection.words);
  if (word) words.set(name, word);
  else words.delete(name);
  return { ...selection, words };
}

/** Which positions of the sample are selected. */
export interface Picked {
  mask: Uint8Array;
  count: number;
  /** Nothing was said, so nothing is greyed. */
  all: boolean;
}

export function pick(sample: Sample, selection: Selection): Picked {
  const mask = new Uint8Array(sample.length).fill(1);
  const { clusters, ranges, words } = selection;
  if (clusters.size > 0) sample.clusters.forEach((cluster, i) => (mask[i] = clusters.has(cluster) ? 1 : 0));
  for (const [name, [from, to]] of ranges) {
    const column = findColumn(sample, name);
    if (!column) continue;
    for (let i = 0; i < mask.length; i++) {
      const value = column.numbers[i];
      // What is missing meets no condition.
      if (!(value >= from && value <= to)) mask[i] = 0;
    }
  }
  for (const [name, word] of words) {
    const column = findColumn(sample, name);
    column?.values.forEach((value, i) => {
      if (
        !String(value ?? '')
          .toLowerCase()
          .includes(word.toLowerCase())
      )
        mask[i] = 0;
    });
  }
  let count = 0;
  for (const one of mask) count += one;
  return { mask, count, all: isEverything(selection) };
}

export function findColumn(sample: Sample, name: string): SampleColumn | undefined {
  return [...sample.columns, ...sample.components].find((column) => column.name === name);
}

/** Which share of the rows of each cluster is selected, 0..1. */
export function sharesOf({ clusters, k }: Sample, { mask }: Picked): number[] {
  const all = new Float64Array(k);
  const selected = new Float64Array(k);
  for (let i = 0; i < clusters.length; i++) {
    all[clusters[i]]++;
    selected[clusters[i]] += mask[i];
  }
  return Array.from(selected, (rows, cluster) => rows / Math.max(1, all[cluster]));
}
