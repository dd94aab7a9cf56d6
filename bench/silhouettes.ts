/**
 * node bench/silhouettes.ts: the silhouettes of a range of k, each k by itself and all at once.
 *
 * Rows are blurred clumps, made anew each time; fits are cut short, for how good they are does not matter here.
 */
import { isDeepStrictEqual, parseArgs } from 'node:util';
import type { Matrix } from '../src/ml/types.js';
import { loadEngine } from './engine.ts';
import { median } from './exact.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    columns: { type: 'string', default: '10' },
    min: { type: 'string', default: '2' },
    max: { type: 'string', default: '20' },
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
  },
});
const [rows, columns, min, max, threads, rounds] = [
  values.rows,
  values.columns,
  values.min,
  values.max,
  values.threads,
  values.rounds,
].map(Number);

const { KMeansService } = await loadEngine(threads);
const service = new KMeansService();
const clump = (row: number): number => Math.imul(row, 2654435761) >>> 29;
const data = Float64Array.from({ length: rows * columns }, (_, i) => {
  const [row, column] = [Math.floor(i / columns), i % columns];
  return ((clump(row) * (column + 1)) % 5) + 2 * Math.random();
});
const matrix = { data, rows, columns };
const fits: { centers: Matrix; labels: Int32Array }[] = [];
for (let k = min; k <= max; k++) {
  const { centers, labels } = await service.fit(matrix, { k, maxIterations: 5 });
  fits.push({ centers: { data: centers, rows: k, columns }, labels });
}

/** Seconds on the clock. */
async function timed<T>(work: () => Promise<T>): Promise<[seconds: number, result: T]> {
  const began = performance.now();
  const result = await work();
  return [(performance.now() - began) / 1000, result];
}
const evaluations = async (silhouetteRows?: number): Promise<(number | null)[]> => {
  const found = [];
  for (const fit of fits) {
    found.push(
      (await service.evaluate(matrix, { ...fit, ...(silhouetteRows === 0 && { silhouetteRows }) })).silhouette,
    );
  }
  return found;
};
const turns = { alone: [] as number[], together: [] as number[] };
for (let round = 0; round < rounds; round++) {
  const [others] = await timed(() => evaluations(0));
  const [all, alone] = await timed(() => evaluations());
  const [together, found] = await timed(() => service.silhouettes(matrix, { centers: fits.map((fit) => fit.centers) }));
  if (
    !isDeepStrictEqual(
      alone,
      found.map(({ silhouette }) => silhouette),
    )
  )
    throw new Error('Their bits differ.');
  turns.alone.push(all - others);
  turns.together.push(together);
}
const [alone, together] = [median(turns.alone), median(turns.together)];
console.log(
  `silhouettes of k ${min} to ${max}, ${rows.toLocaleString('en')} x ${columns}, ${threads} threads: ${alone.toFixed(2)} s ` +
    `each by itself, ${together.toFixed(2)} s at once, ${(alone / together).toFixed(1)} times as fast, the same bits`,
);
await service.close();
