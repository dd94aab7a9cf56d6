import type { Kind } from './contender.ts';
import type { Shape } from './data.ts';
import { median } from './exact.ts';
import type { Measured } from './measure.ts';

/** One contender's line, as it goes into the table and into the JSON file. */
export interface Line {
  name: string;
  threads: number;
  /** Median of the turns, and the fastest of them. */
  seconds: number | null;
  fastest: number | null;
  iterations: number | null;
  secondsPerIteration: number | null;
  /** Of the final centres, or of the seeds, by one float64 function. */
  inertia: number | null;
  /** Rows whose label is not the strict float64 nearest centre. */
  mislabelled: number | null;
  /** Most held by the process in all its calls, and what the first call added to what it held before. */
  peakMiB: number | null;
  extraMiB: number | null;
  cpuPerWall: number | null;
  /** The engine is so many times as fast: median over the rounds. */
  ratio: number | null;
  /** The same for the time of an iteration. */
  ratioPerIteration: number | null;
  /** The one of the two that counts. */
  counts: 'time' | 'iteration';
  algorithm: string | null;
  note: string;
}

/** What exact.ts found. */
export interface Judged {
  inertia: number | null;
  mislabelled: number | null;
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** Ratio of peer to engine, round by round, then the median; NaN if one of them has no turn. */
export function ratioOf(peer: Measured, ours: Measured, of: (turn: Measured['turns'][number]) => number): number {
  const rounds = Math.min(peer.turns.length, ours.turns.length);
  return median(Array.from({ length: rounds }, (_, r) => of(peer.turns[r]) / of(ours.turns[r])));
}

/** @param ours the engine's result that this one is compared with, itself for the engine's own */
export function line(kind: Kind, measured: Measured, ours: Measured | undefined, judged: Judged): Line {
  const { turns, memory } = measured;
  const seconds = median(turns.map((turn) => turn.seconds));
  const total = turns.at(-1)?.totalIterations ?? 0;
  const oursTotal = ours?.turns.at(-1)?.totalIterations ?? 0;
  const byTime = ours ? ratioOf(measured, ours, (turn) => turn.seconds) : NaN;
  const byIteration = ours && total ? ratioOf(measured, ours, (turn) => turn.seconds / turn.totalIterations) : NaN;
  const apart = kind === 'fit' && Math.abs(total - oursTotal) > 0.1 * Math.min(total, oursTotal);
  const capped = measured.note.startsWith('capped');
  return {
    name: measured.name,
    threads: measured.threads,
    seconds: capped ? null : finite(seconds),
    fastest: capped ? null : finite(Math.min(...turns.map((turn) => turn.seconds))),
    iterations: kind === 'fit' && !capped ? (turns.at(-1)?.iterations ?? null) : null,
    secondsPerIteration: kind === 'fit' && total ? finite(seconds / total) : null,
    inertia: capped ? null : judged.inertia,
    mislabelled: capped ? null : judged.mislabelled,
    peakMiB: memory?.peakMiB ?? null,
    extraMiB: memory?.extraMiB ?? null,
    cpuPerWall: finite(median(turns.map((turn) => turn.cpuPerWall))),
    ratio: capped ? null : finite(byTime),
    ratioPerIteration: finite(byIteration),
    counts: apart || capped ? 'iteration' : 'time',
    algorithm: turns.at(-1)?.algorithm ?? null,
    note: measured.note,
  };
}

/** The contender that predicts by centres that it has not met before. */
export const NEW_CENTERS = 'centroid, new centres';

/** The ratio that counts. */
export const counted = (entry: Line): number | null =>
  entry.counts === 'time' ? entry.ratio : entry.ratioPerIteration;

export function duration(seconds: number | null): string {
  if (seconds === null) return '';
  if (seconds < 1e-3) return `${(seconds * 1e6).toPrecision(3)} us`;
  return seconds < 1 ? `${(seconds * 1e3).toPrecision(3)} ms` : `${seconds.toPrecision(3)} s`;
}

function times(ratio: number | null): string {
  if (ratio === null) return '';
  return `${ratio < 1000 ? ratio.toPrecision(3) : ratio.toFixed(0)}x`;
}

const whole = (value: number | null): string => (value === null ? '' : value.toFixed(0));

/** A Markdown table whose columns line up in a terminal too. */
export function table(head: string[], rows: string[][]): string {
  const width = head.map((cell, i) => Math.max(cell.length, ...rows.map((row) => row[i].length)));
  const pad = (row: string[]): string =>
    `| ${row.map((cell, i) => (i ? cell.padStart(width[i]) : cell.padEnd(width[i]))).join(' | ')} |`;
  return [
    pad(head),
    `|${width.map((w, i) => (i ? '-'.repeat(w + 1) + ':' : '-'.repeat(w + 2))).join('|')}|`,
    ...rows.map(pad),
  ].join('\n');
}

export function linesTable(kind: Kind, shape: Shape, lines: Line[]): string {
  const fit = kind === 'fit';
  const head = ['contender', 'threads', 'median', 'fastest'];
  head.push(...(fit ? ['iterations', 'per iteration'] : kind === 'predict' ? ['rows/s'] : []));
  head.push(...(kind === 'predict' ? [] : ['inertia']), ...(kind === 'seed' ? [] : ['mislabelled']));
  head.push('new MiB', 'peak MiB', 'cpu/wall', 'centroid is', ...(fit ? ['per iteration'] : []), 'note');
  const rows = lines.map((entry) => {
    const mark = (which: Line['counts'], ratio: number | null): string =>
      fit && ratio !== null && entry.name !== 'centroid' && entry.counts === which ? `${times(ratio)} *` : times(ratio);
    const row = [entry.name, `${entry.threads}`, duration(entry.seconds), duration(entry.fastest)];
    if (fit) row.push(whole(entry.iterations), duration(entry.secondsPerIteration));
    if (kind === 'predict') row.push(entry.seconds ? `${(shape.rows / entry.seconds / 1e6).toPrecision(3)} M` : '');
    if (kind !== 'predict') row.push(entry.inertia === null ? '' : entry.inertia.toPrecision(8));
    if (kind !== 'seed') row.push(whole(entry.mislabelled));
    row.push(
      whole(entry.extraMiB),
      whole(entry.peakMiB),
      entry.cpuPerWall?.toFixed(2) ?? '',
      mark('time', entry.ratio),
    );
    if (fit) row.push(mark('iteration', entry.ratioPerIteration));
    return [...row, entry.note];
  });
  return table(head, rows);
}

/** The sentence that says whether a target is met, against the peer that comes closest. */
export function verdict(kind: Kind, lines: Line[], target: number | undefined, threads: number): string | null {
  const peers = lines.filter((entry) => entry.threads === threads && entry.name.startsWith('scikit-learn'));
  const ratios = peers.map(counted).filter((ratio) => ratio !== null);
  if (!ratios.length) return null;
  const least = Math.min(...ratios);
  const closest = peers.find((entry) => counted(entry) === least)!;
  const by = closest.counts === 'iteration' ? 'per iteration, for their numbers differ' : 'in all';
  const words = `${kind}, ${threads} thread${threads > 1 ? 's' : ''}: ${times(least)} ${closest.name} (${by})`;
  const first = lines.find((entry) => entry.threads === threads && entry.name === NEW_CENTERS)?.ratio;
  const cold = first ? `; by centres not met before ${times(least / first)}` : '';
  if (target === undefined) return `${words}${cold}`;
  const met = least >= target ? 'met' : `MISSED by ${((1 - least / target) * 100).toFixed(0)} %`;
  return `${words}; target ${target}x: ${met}${cold}`;
}

/** What a fit of the engine holds beyond one float32 copy of the rows. */
export function memoryVerdict(shape: Shape, ours: Line): string | null {
  if (ours.extraMiB === null || shape.rows < 50_000) return null; // below that it is threads and compiled code
  const copy = shape.rows * shape.columns * 4;
  const above = ours.extraMiB * 2 ** 20 - copy;
  const bounds = shape.rows * shape.k * 4;
  const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  return (
    `memory, ${ours.threads} thread${ours.threads > 1 ? 's' : ''}: ${mib(above)} beyond one float32 copy of the rows ` +
    `(${(above / shape.rows).toFixed(1)} bytes a row); 16 bytes a row are ${mib(shape.rows * 16)}, rows x k x 4 are ${mib(bounds)}`
  );
}
