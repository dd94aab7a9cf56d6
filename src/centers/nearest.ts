import type { KMeansService } from '../ml/kmeans.service.js';
import type { Matrix, Metric } from '../ml/types.js';

/** What every row is told about the centres; one entry a row. */
export interface Nearest {
  readonly labels: Int32Array;
  readonly distances: Float64Array;
  /** -1 where there is none. */
  readonly runnerUps: Int32Array;
  /** Infinity where there is none. */
  readonly runnerUpDistances: Float64Array;
  /** `rows x k`, when asked for. */
  readonly all: Float64Array | null;
}

/** Multiplications up to which a thread's message costs more than the answer: some tenths of a millisecond. */
const SMALL = 200_000;
/** Squared distances between these bounds are computed without overflow and without underflow of what matters. */
const LEAST = 2 ** -800;
const MOST = 2 ** 800;

/**
 * The nearest and second nearest centre of every row, in strict float64: the engine's answer, to the bit, whether it
 * was worth asking the engine or not.
 *
 * @param rows in the space of the centres
 * @param centers `k x columns`
 * @param all whether to have the distances to every centre as well
 */
export async function findNearest(
  engine: Pick<KMeansService, 'predict' | 'transform'>,
  rows: Matrix,
  centers: Matrix,
  metric: Metric,
  all: boolean,
): Promise<Nearest> {
  if (metric === 'euclidean' && rows.data.length * centers.rows <= SMALL) {
    const near = findNearestHere(rows, centers, all);
    if (near) return near;
  }
  const near = await engine.predict(rows, centers, { metric, detail: 'runner-up' });
  return {
    labels: near.labels,
    distances: near.distances,
    runnerUps: near.runnerUps!,
    runnerUpDistances: near.runnerUpDistances!,
    all: all ? await engine.transform(rows, centers, { metric }) : null,
  };
}

/** The same on the calling thread; null where a distance is so small or so large that scaling would matter. */
export function findNearestHere(rows: Matrix, centers: Matrix, all: boolean): Nearest | null {
  const n = rows.rows;
  const k = centers.rows;
  const near = {
    labels: new Int32Array(n),
    distances: new Float64Array(n),
    runnerUps: new Int32Array(n),
    runnerUpDistances: new Float64Array(n),
    all: all ? new Float64Array(n * k) : null,
  };
  for (let i = 0; i < n; i++) {
    let first = -1;
    let second = -1;
    let firstSquared = Infinity;
    let secondSquared = Infinity;
    for (let c = 0; c < k; c++) {
      const squared = squaredDistance(rows, i, centers, c);
      if (!(squared >= LEAST && squared <= MOST)) return null;
      if (near.all) near.all[i * k + c] = Math.sqrt(squared);
      if (squared < firstSquared) {
        second = first;
        secondSquared = firstSquared;
        first = c;
        firstSquared = squared;
      } else if (squared < secondSquared) {
        second = c;
        secondSquared = squared;
      }
    }
    near.labels[i] = first;
    near.distances[i] = Math.sqrt(firstSquared);
    near.runnerUps[i] = second;
    near.runnerUpDistances[i] = Math.sqrt(secondSquared);
  }
  return near;
}

function squaredDistance(rows: Matrix, row: number, centers: Matrix, center: number): number {
  const d = rows.columns;
  let sum = 0;
  for (let j = 0, a = row * d, b = center * d; j < d; j++, a++, b++) {
    const difference = rows.data[a] - centers.data[b];
    sum += difference * difference;
  }
  return sum;
}

/** How much nearer a row is to its centre than to the next: 0 where both are as near, also where both are at distance 0. */
export function marginOf(distance: number, toRunnerUp: number): number {
  return toRunnerUp === 0 ? 0 : 1 - distance / toRunnerUp;
}
