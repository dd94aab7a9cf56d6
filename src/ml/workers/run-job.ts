import { evaluate } from '../evaluation/evaluate.js';
import { gap } from '../evaluation/gap.js';
import { project } from '../evaluation/project.js';
import { silhouettes } from '../evaluation/silhouette.js';
import { stability } from '../evaluation/stability.js';
import { fit, seed, type Hooks } from '../kmeans/fit.js';
import { predict, transform } from '../kmeans/predict.js';
import type { Matrix } from '../types.js';
import type { JobName, Jobs } from './messages.js';

type Runner<N extends JobName> = (matrix: Matrix, options: Jobs[N]['options'], hooks: Hooks) => Jobs[N]['result'];

const RUNNERS: { readonly [N in JobName]: Runner<N> } = {
  // The table is the job's own copy.
  fit: (matrix, options, hooks) => fit(matrix, options, hooks, true),
  seed,
  predict: (matrix, options, hooks) => predict(matrix, options.centers, options, hooks),
  transform: (matrix, options, hooks) => transform(matrix, options.centers, options, hooks),
  evaluate,
  silhouettes,
  project,
  gap,
  stability,
};

/** Does a job on the calling thread. */
export function runJob<N extends JobName>(
  name: N,
  matrix: Matrix,
  options: Jobs[N]['options'],
  hooks: Hooks,
): Jobs[N]['result'] {
  return RUNNERS[name](matrix, options, hooks);
}
