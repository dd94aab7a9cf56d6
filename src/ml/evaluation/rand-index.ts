/**
 * Adjusted Rand index (Hubert and Arabie 1985): how far two partitions of the same rows agree in which pairs of rows
 * they put together, corrected for chance. 1 for the same partition, whatever the numbers of its clusters; about 0 for
 * independent ones; negative where they agree less than by chance.
 *
 * @param a label of each row, 0 and above
 * @param b the same rows' labels by the other partition
 */
export function adjustedRandIndex(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const together = new Map<string, number>();
  const inA = new Map<number, number>();
  const inB = new Map<number, number>();
  for (let row = 0; row < a.length; row++) {
    count(together, `${a[row]} ${b[row]}`);
    count(inA, a[row]);
    count(inB, b[row]);
  }
  const [both, ofA, ofB] = [pairs(together), pairs(inA), pairs(inB)];
  const all = (a.length * (a.length - 1)) / 2;
  // As scikit-learn takes it, by the four kinds of pairs: no difference of near numbers.
  const [onlyA, onlyB] = [ofA - both, ofB - both];
  if (onlyA === 0 && onlyB === 0) return 1;
  const neither = all - both - onlyA - onlyB;
  return (
    (2 * (both * neither - onlyA * onlyB)) / ((both + onlyA) * (onlyA + neither) + (both + onlyB) * (onlyB + neither))
  );
}

function count<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Unordered pairs of rows that share an entry. */
function pairs(counts: ReadonlyMap<unknown, number>): number {
  let sum = 0;
  for (const n of counts.values()) sum += (n * (n - 1)) / 2;
  return sum;
}
