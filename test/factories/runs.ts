import { setTimeout as sleep } from 'node:timers/promises';
import type { TestApp } from '../support/app.js';
import type { TestUser } from './users.js';

/** A run as its owner is shown it. */
export interface RunAnswer {
  id: string;
  chatId: string;
  datasetId: string | null;
  status: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';
  params: Record<string, unknown> & { seed: number };
  progress: { fraction: number; phase: string; k: number; restart: number; iteration: number; inertia: number | null };
  result?: {
    centersId: string;
    k: number;
    inertia: number;
    iterations: number;
    converged: boolean;
    sizes: number[];
    algorithm: { name: string; why: string };
    metrics: Record<string, number | null>;
    sweep?: { k: number; inertia: number; silhouette: number | null; gap: number | null; stability: number | null }[];
    transitions?: {
      stayed: number;
      moved: number;
      unplaced: number;
      unlisted: number;
      table: { from: number | null; to: number; rows: number }[];
    };
    choice?: Record<string, number | null> & { chosen: number; why: string };
    warnings: string[];
  };
  error?: { status: number; code: string; detail: string };
  attempts: number;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
}

type Http = Pick<TestApp, 'http'>;

/** Asks for a run that has to be accepted. */
export async function startRun({ http }: Http, user: TestUser, chatId: string, body: object): Promise<RunAnswer> {
  const answer = await http.post(`/api/v1/chats/${chatId}/runs`).set(user.auth).send(body).expect(202);
  return answer.body as RunAnswer;
}

export async function readRun({ http }: Http, user: TestUser, runId: string): Promise<RunAnswer> {
  return (await http.get(`/api/v1/runs/${runId}`).set(user.auth).expect(200)).body as RunAnswer;
}

/** Looks at a run until it is as wanted. */
export async function runThat(
  app: Http,
  user: TestUser,
  runId: string,
  wanted: (run: RunAnswer) => boolean,
  milliseconds = 10_000,
): Promise<RunAnswer> {
  const deadline = performance.now() + milliseconds;
  for (;;) {
    const run = await readRun(app, user, runId);
    if (wanted(run)) return run;
    if (performance.now() > deadline) throw new Error(`The run stays as it is: ${JSON.stringify(run)}`);
    await sleep(20);
  }
}

export function hasEnded({ status }: RunAnswer): boolean {
  return status !== 'queued' && status !== 'running';
}

/** Whether a worker is in the middle of it. */
export function isRunning({ status, progress }: RunAnswer): boolean {
  return status === 'running' && progress.phase === 'training';
}

/** Asks for a run and waits for its end. */
export async function completeRun(app: Http, user: TestUser, chatId: string, body: object): Promise<RunAnswer> {
  const { id } = await startRun(app, user, chatId, body);
  return runThat(app, user, id, hasEnded);
}
