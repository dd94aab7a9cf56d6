import type { RunError, RunParams, RunResult } from './run.types.js';

/** What the chat's notebook says of a run's end. */
export function succeededText(result: RunResult): string {
  const { k, iterations, converged, inertia, metrics } = result;
  const stop = converged ? `in ${count(iterations, 'iteration')}` : `stopped after ${count(iterations, 'iteration')}`;
  const parts = inertia === null ? [] : [`inertia ${short(inertia)}`];
  if (metrics.silhouette !== null) {
    parts.push(`silhouette ${metrics.silhouette.toFixed(2)} on ${count(metrics.silhouetteRows, 'row')}`);
  }
  const warnings = result.warnings.length > 0 ? ` ${result.warnings.join(' ')}` : '';
  const figures = parts.length > 0 ? `: ${parts.join(', ')}` : '';
  const why = result.choice ? ` ${result.choice.why}` : '';
  return `Found ${count(k, 'cluster')} ${stop}${figures}.${why}${movesText(result)}${warnings}`;
}

function movesText({ transitions }: RunResult): string {
  if (!transitions) return '';
  const { stayed, moved } = transitions;
  return ` ${count(moved, 'row')} of ${count(stayed + moved, 'row')} moved to a cluster of another number.`;
}

export function failedText(params: RunParams, error: RunError): string {
  return `The run for ${asked(params)} failed: ${error.detail}`;
}

export function cancelledText(params: RunParams): string {
  return `The run for ${asked(params)} was cancelled.`;
}

function asked({ k }: RunParams): string {
  return typeof k === 'number' ? count(k, 'cluster') : `${k.min} to ${k.max} clusters`;
}

function count(n: number, noun: string): string {
  return `${n.toLocaleString('en-US')} ${noun}${n === 1 ? '' : 's'}`;
}

function short(value: number): string {
  return Number(value.toPrecision(6)).toString();
}
