import type { Progress } from '../ml/types.js';
import type { RunPhase, RunProgress, TracePoint } from './run.types.js';

/** Writes at most so often: enough for the eye, little for the database. */
const PERIOD_MS = 250;

/** Points of the curve of inertia that are kept. */
const TRACE_POINTS = 200;

/** The share of the whole that each phase is taken to be; nobody knows beforehand. */
const SPANS: Record<RunPhase, [from: number, to: number]> = {
  queued: [0, 0],
  reading: [0, 0.04],
  preparing: [0.04, 0.08],
  seeding: [0.08, 0.85],
  training: [0.08, 0.85],
  evaluating: [0.85, 0.98],
  storing: [0.98, 1],
};

/**
 * Tells how far a run has come: the newest state, four times a second at most, one write at a time, the fraction never
 * falling.
 */
export class ProgressReporter {
  #state: RunProgress;
  #written: RunProgress | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #busy = false;
  #closed = false;
  /** Every so many-th piece of news is a point of the curve. */
  #stride = 1;
  #heard = 0;
  #trace: TracePoint[] = [];

  /**
   * @param k number of clusters
   * @param write stores the state; must not reject
   */
  constructor(
    k: number,
    private readonly write: (progress: RunProgress) => Promise<void>,
  ) {
    this.#state = { fraction: 0, phase: 'reading', k, restart: 0, iteration: 0, inertia: null };
  }

  /** The newest state. */
  get state(): RunProgress {
    return this.#state;
  }

  /** A phase begins. */
  begin(phase: RunPhase): void {
    this.#advance({ ...this.#state, phase, fraction: SPANS[phase][0] });
  }

  /**
   * News from the engine within a phase.
   *
   * @param part which of how many fits it is, counted from 0
   */
  engine({ phase, fraction, k, restart, iteration, inertia }: Progress, part: [at: number, of: number] = [0, 1]): void {
    const [from, to] = SPANS[phase];
    const done = (part[0] + fraction) / part[1];
    if (inertia !== null) this.#record([k, restart, iteration, inertia]);
    const trace = this.#trace;
    this.#advance({ phase, k, restart, iteration, inertia, fraction: from + (to - from) * done, trace });
  }

  /** Nothing is written after this, what was under way aside, for which it waits. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#writing;
  }

  /** Keeps the whole course at an even pace, however long: when there is no room, every second point goes. */
  #record(point: TracePoint): void {
    if (this.#heard++ % this.#stride !== 0) return;
    if (this.#trace.length >= TRACE_POINTS) {
      this.#trace = this.#trace.filter((_, i) => i % 2 === 0);
      this.#stride *= 2;
    }
    this.#trace = [...this.#trace, point];
  }

  #advance(next: RunProgress): void {
    this.#state = { ...next, fraction: Math.max(this.#state.fraction, next.fraction) };
    if (!this.#busy && !this.#closed) this.#flush();
  }

  #flush(): void {
    this.#busy = !this.#closed && this.#written !== this.#state;
    if (!this.#busy) return;
    this.#written = this.#state;
    // The pause begins when the write has ended, so that a slow database is not pressed.
    this.#writing = this.write(this.#state).finally(() => {
      if (this.#closed) return;
      this.#timer = setTimeout(() => {
        this.#flush();
      }, PERIOD_MS);
    });
  }
}
