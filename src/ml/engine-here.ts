import { alone } from './kernels/choose.js';
import type { Hooks } from './kmeans/fit.js';
import { predict, transform } from './kmeans/predict.js';
import type { Matrix, PredictOptions, PredictResult, TransformOptions } from './types.js';
import { checkPredict } from './validate.js';
import { owned } from './workers/owned.js';
import type { Jobs } from './workers/messages.js';

/** Multiplications that plain arithmetic is done with sooner than WebAssembly is given the data. */
const PLAIN = 20_000;
/** Rows below which packing the centres costs more than meeting them. */
const FEW = 16;

const HERE: Hooks = { interrupt: () => undefined, progress: null };

type Placing = 'predict' | 'transform';

const RUNNERS: { readonly [N in Placing]: (data: Matrix, options: Jobs[N]['options']) => Jobs[N]['result'] } = {
  predict: (data, options) => predict(data, options.centers, options, HERE),
  transform: (data, options) => transform(data, options.centers, options, HERE),
};

/** Places rows on the calling thread, alone. The arguments are sound. */
export function placeHere<N extends Placing>(name: N, data: Matrix, options: Jobs[N]['options']): Jobs[N]['result'] {
  const run = RUNNERS[name];
  if (data.rows < FEW || multiplications(data, options.centers) <= PLAIN) return run(data, options);
  return owned(alone(() => run(data, options)));
}

export function multiplications({ data }: Matrix, { rows }: Matrix): number {
  return data.length * rows;
}

/**
 * The engine's predictions for a thread that has nothing else to do: what `KMeansService` answers, to the bit, computed
 * on the calling thread, with no other threads and no other memory than what one call needs.
 */
export class EngineHere {
  /** As `KMeansService.predict`, without a signal. */
  predict(data: Matrix, centers: Matrix, options: Omit<PredictOptions, 'signal'> = {}): Promise<PredictResult> {
    checkPredict(data, centers, options);
    return Promise.resolve(placeHere('predict', data, { ...options, centers }));
  }

  /** As `KMeansService.transform`, without a signal. */
  transform(data: Matrix, centers: Matrix, options: Omit<TransformOptions, 'signal'> = {}): Promise<Float64Array> {
    checkPredict(data, centers, options);
    return Promise.resolve(placeHere('transform', data, { ...options, centers }));
  }
}
