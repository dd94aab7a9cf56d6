import { deserialize, serialize } from 'node:v8';
import { type Checkpoint, ENGINE_VERSION } from '../ml/types.js';
import type { Fitted } from './run.types.js';

/** Larger ones cost more to keep than to do without. */
const MAX_BYTES = 64 * 2 ** 20;

/** How far a run has come. */
export interface RunState {
  /** The numbers of clusters that a sweep is through with, their labels left out. */
  fits: Fitted[];
  /** Where the fit of the next one stood, if it had got anywhere. */
  fit: Checkpoint | null;
}

interface Packed extends RunState {
  engineVersion: string;
  datasetSha256: string;
}

/**
 * Keeps where an attempt stands, for the one after it: the newest state, one write at a time. That a state cannot be
 * written is no reason to stop.
 */
export class CheckpointKeeper {
  #next: RunState | undefined;
  #writing: Promise<void> | undefined;

  /**
   * @param saved what the attempt before has left
   * @param milliseconds between two states that are worth being kept
   * @param write stores it; must not reject
   */
  constructor(
    readonly saved: RunState | null,
    readonly milliseconds: number,
    private readonly datasetSha256: string,
    private readonly write: (state: Buffer) => Promise<void>,
  ) {}

  keep(state: RunState): void {
    this.#next = state;
    this.#writing ??= this.#flush().finally(() => {
      this.#writing = undefined;
    });
  }

  /** What is being written is waited for; nothing is after it. */
  async close(): Promise<void> {
    this.#next = undefined;
    await this.#writing;
  }

  async #flush(): Promise<void> {
    while (this.#next) {
      const packed: Packed = { engineVersion: ENGINE_VERSION, datasetSha256: this.datasetSha256, ...this.#next };
      this.#next = undefined;
      const bytes = serialize(packed);
      if (bytes.length <= MAX_BYTES) await this.write(bytes);
    }
  }
}

/** What another attempt has kept; null where it is of no use to this version or for this data. */
export function unpackState(state: Buffer | undefined, datasetSha256: string): RunState | null {
  if (!state) return null;
  let packed: Partial<Packed>;
  try {
    packed = deserialize(state) as Partial<Packed>;
  } catch {
    return null;
  }
  const { engineVersion, datasetSha256: sha256, fits, fit = null } = packed;
  return engineVersion === ENGINE_VERSION && sha256 === datasetSha256 && fits ? { fits, fit } : null;
}
