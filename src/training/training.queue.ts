import type { QueueSettings } from '../database/queue/job-queue.js';

/** The queue of runs that wait for a worker. */
export const RUN_QUEUE = 'runs';

export const DAY = 24 * 3600;

export const RUN_QUEUE_SETTINGS: Omit<QueueSettings, 'deleteAfterSeconds'> = {
  // The lease: a worker that has not been heard of for so long is taken for dead.
  heartbeatSeconds: 10,
  // When to give up is told by the run itself, which knows whether it got any further.
  retryLimit: 1_000_000,
  retryDelay: 0,
  expireInSeconds: DAY,
  retentionSeconds: 365 * DAY,
};

/** What a job says; everything else is read from the run. */
export interface RunJob {
  userId: string;
  runId: string;
}
