import { setTimeout as pause } from 'node:timers/promises';
import type { Kind } from './contender.ts';
import type { Prepared } from './data.ts';
import { Rival } from './rival.ts';
import type { Entry, Memory, Outcome, Turn } from './rival.ts';

/** What came of one contender on one task. */
export interface Measured {
  name: string;
  threads: number;
  /** One a round; short calls are repeated within a turn and the turn's median counts. */
  turns: Turn[];
  memory?: Memory;
  outcome?: Outcome;
  /** Why there is no or less to see. */
  note: string;
}

export interface Rules {
  rounds: number;
  maxIterations: number;
  /** Seconds: a JavaScript package that would need longer is estimated, and nobody begins another turn past it. */
  cap: number;
}

/** A turn of short calls goes on for so long, seconds. */
const leastTurn = 0.3;
/** Iterations of a rival's fit that warms up; the engine, which is compiled as it runs and may change its method, makes a whole one. */
const warmUp = 20;
/** A rival whose turn takes seconds, and so many times those of the best of its kind, is not asked twice. */
const hopeless = { seconds: 2, times: 2 };

/**
 * Fast contenders take turns (A B C, A B C, ...), so that whatever else the machine does falls on all of them. All hold
 * their data from beginning to end; the ones that wait sleep.
 */
export async function duel(
  kind: Kind,
  set: Prepared,
  entries: Entry[],
  out: string,
  rules: Rules,
): Promise<Measured[]> {
  const all = entries.map((entry, i) => new Contest(kind, set, entry, `${out}-${i}`, rules));
  try {
    for (const one of all) await one.start(one.ours ? rules.maxIterations : warmUp);
    for (let round = 0; round < rules.rounds; round++) {
      for (const one of all) if (one.willing(all)) await one.turn();
    }
    for (const one of all) await one.end();
  } finally {
    await Promise.all(all.map((one) => one.rival.stop()));
  }
  return all.map((one) => one.result);
}

/**
 * Slow contenders run alone, after the others. Two iterations tell how long `expected` of them would take; where that
 * is above the cap, only the time of an iteration is known, and the note says so.
 */
export async function solo(
  kind: Kind,
  set: Prepared,
  entry: Entry,
  out: string,
  rules: Rules,
  expected: number,
): Promise<Measured> {
  const one = new Contest(kind, set, entry, out, rules);
  try {
    if (kind !== 'fit') {
      await one.start(0);
      await one.turn();
    } else {
      await one.start(2);
      const short = await one.turn(2);
      const estimate = short ? (short.seconds / short.totalIterations) * expected * set.shape.restarts : 0;
      if (estimate > rules.cap) one.result.note = `capped: a fit would take about ${estimate.toPrecision(2)} s`;
      else {
        one.result.turns.length = 0;
        await one.turn();
      }
    }
    await one.end();
  } finally {
    await one.rival.stop();
  }
  return one.result;
}

class Contest {
  readonly rival: Rival;
  readonly result: Measured;
  private readonly entry: Entry;
  private readonly rules: Rules;
  private spent = 0;
  private failed = false;

  constructor(kind: Kind, set: Prepared, entry: Entry, out: string, rules: Rules) {
    this.entry = entry;
    this.rules = rules;
    this.rival = new Rival(entry, [kind, set.dataFile, set.initFile], out);
    this.result = { name: entry.name, threads: entry.threads, turns: [], note: '' };
  }

  /** Reads the data and warms up with calls of so many iterations, if any. */
  async start(iterations: number): Promise<void> {
    await this.guarded(async () => {
      await this.rival.ready();
      if (iterations) await this.rival.run(iterations, leastTurn, this.patience);
    });
  }

  get ours(): boolean {
    return this.entry.name === 'centroid';
  }

  /** Whether another turn is worth the time. */
  willing(all: Contest[]): boolean {
    if (this.failed) return false;
    const { turns } = this.result;
    if (!turns.length) return true;
    if (this.ours) return this.spent < this.rules.cap;
    const peers = all.filter((one) => !one.ours && one.entry.threads === this.entry.threads);
    const best = Math.min(...peers.flatMap((one) => one.result.turns.map((turn) => turn.seconds)));
    const last = turns.at(-1)!.seconds;
    return this.spent < this.rules.cap && (last < hopeless.seconds || last < best * hopeless.times);
  }

  async turn(iterations = this.rules.maxIterations): Promise<Turn | undefined> {
    let turn: Turn | undefined;
    await this.guarded(async () => {
      await pause(60); // threads of the one before may still spin
      turn = await this.rival.run(iterations, leastTurn, this.patience);
      this.spent += turn.seconds * turn.calls;
      this.result.turns.push(turn);
    });
    return turn;
  }

  async end(): Promise<void> {
    await this.guarded(async () => Object.assign(this.result, await this.rival.end()));
  }

  private get patience(): number {
    return Math.max(60, this.rules.cap * 4);
  }

  /** A contender that fails or takes too long is out, and says why; the others go on. */
  private async guarded(step: () => Promise<unknown>): Promise<void> {
    if (this.failed) return;
    try {
      await step();
    } catch (error) {
      this.failed = true;
      this.result.note = `failed: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
}
