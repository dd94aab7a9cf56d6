import { AbortedError, EngineError, type EngineErrorCode, type EngineErrorDetails } from '../errors.js';
import type {
  Checkpoint,
  Evaluation,
  FitResult,
  Gap,
  Matrix,
  PredictResult,
  Progress,
  Projection,
  SeedResult,
  Silhouettes,
  Stability,
} from '../types.js';
import type { Arriving } from '../kernels/wasm/crew.js';
import type { EvaluateJobOptions } from '../evaluation/evaluate.js';
import type { GapJobOptions } from '../evaluation/gap.js';
import type { SilhouettesJobOptions } from '../evaluation/silhouette.js';
import type { StabilityJobOptions } from '../evaluation/stability.js';
import type { ProjectJobOptions } from '../evaluation/project.js';
import type { FitJobOptions, SeedJobOptions } from '../kmeans/fit.js';
import type { PredictJobOptions, TransformJobOptions } from '../kmeans/predict.js';

/** What a worker can be asked for: the options that travel, and the answer. */
export interface Jobs {
  fit: { options: FitJobOptions; result: FitResult };
  seed: { options: SeedJobOptions; result: SeedResult };
  predict: { options: PredictJobOptions & { centers: Matrix }; result: PredictResult };
  transform: { options: TransformJobOptions & { centers: Matrix }; result: Float64Array };
  evaluate: { options: EvaluateJobOptions; result: Evaluation };
  silhouettes: { options: SilhouettesJobOptions; result: Silhouettes[] };
  project: { options: ProjectJobOptions; result: Projection };
  gap: { options: GapJobOptions; result: Gap };
  stability: { options: StabilityJobOptions; result: Stability };
}

export type JobName = keyof Jobs;

/** Values that were copied into the team's own memory. */
export interface Lent {
  readonly address: number;
  readonly length: number;
  readonly wide: boolean;
  /** Set where they are still being copied. */
  readonly arriving: Arriving | null;
}

export interface Request<N extends JobName = JobName> {
  readonly id: number;
  readonly name: N;
  readonly matrix: Omit<Matrix, 'data'> & { readonly data: Matrix['data'] | Lent };
  readonly options: Jobs[N]['options'];
  readonly wantsProgress: boolean;
  /** Least milliseconds between two checkpoints; null where nobody keeps them. */
  readonly checkpointMs: number | null;
  /** One Int32 in shared memory: anything but 0 asks the job to end. */
  readonly cancel: Int32Array;
}

export type Reply =
  | { readonly id: number; readonly progress: Progress }
  | { readonly id: number; readonly checkpoint: Checkpoint }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: WireError };

/** An error that crosses threads; `code` is null for what is no refusal but a fault of ours. */
export interface WireError {
  readonly code: EngineErrorCode | null;
  readonly message: string;
  readonly details: EngineErrorDetails;
  readonly stack: string | undefined;
}

export function toWire(error: unknown): WireError {
  if (error instanceof EngineError) {
    return { code: error.code, message: error.message, details: error.details, stack: undefined };
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  // What typed arrays say when there is no memory for them.
  if (error instanceof RangeError && /allocation|array length|memory/i.test(message)) {
    return { code: 'kmeans.too_large', message: 'There is not enough memory for so much data.', details: {}, stack };
  }
  return { code: null, message, details: {}, stack };
}

export function fromWire({ code, message, details, stack }: WireError): Error {
  if (code === 'kmeans.aborted') return new AbortedError();
  if (code !== null) return new EngineError(code, message, details);
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
