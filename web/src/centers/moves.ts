import munkres from 'munkres';

/** How rows are spread over the clusters of two sets of centers, taken together. */
export interface Moves {
  /** By cluster of the first: the one of the second that it is matched with, if any. */
  matched: (number | undefined)[];
  /** Rows in both. */
  rows: number;
  /** Rows that stay with the cluster that theirs is matched with. */
  stayed: number;
  /** Adjusted Rand index (Hubert and Arabie 1985): 1 the same, 0 as by chance; null when it is not defined. */
  adjustedRand: number | null;
}

/**
 * Counts how rows moved.
 *
 * @param first a row's cluster, null where it has none
 * @param second the same rows
 * @returns rows by cluster of the first (lines) and of the second (columns)
 */
export function countMoves(
  first: readonly (number | null)[],
  second: readonly (number | null)[],
  k: [number, number],
): number[][] {
  const table = Array.from({ length: k[0] }, () => new Array<number>(k[1]).fill(0));
  first.forEach((a, i) => {
    const b = second[i];
    const line = a == null ? undefined : table[a];
    if (!line || b == null) return;
    line[b] = (line[b] ?? 0) + 1;
  });
  return table;
}

/** Matches clusters so that as many rows as possible stay (the assignment problem). */
export function matchMoves(table: number[][]): Moves {
  const matched: (number | undefined)[] = table.map(() => undefined);
  let stayed = 0;
  for (const [a, b] of munkres(table.map((line) => line.map((count) => -count)))) {
    const count = table[a]?.[b] ?? 0;
    if (count === 0) continue;
    matched[a] = b;
    stayed += count;
  }
  const rows = table.flat().reduce((sum, count) => sum + count, 0);
  return { matched, rows, stayed, adjustedRand: adjustedRand(table, rows) };
}

function adjustedRand(table: number[][], rows: number): number | null {
  const pairs = (count: number) => (count * (count - 1)) / 2;
  const sum = (counts: number[]) => counts.reduce((total, count) => total + pairs(count), 0);
  const together = sum(table.flat());
  const first = sum(table.map((line) => line.reduce((total, count) => total + count, 0)));
  const second = sum((table[0] ?? []).map((_, j) => table.reduce((total, line) => total + (line[j] ?? 0), 0)));
  const chance = (first * second) / pairs(rows);
  const spread = (first + second) / 2 - chance;
  return spread > 0 ? (together - chance) / spread : null;
}
