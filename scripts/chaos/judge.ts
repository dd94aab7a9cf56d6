import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Program } from './program.ts';

/** A run whose worker died waits for its lease to end; after so long it is stuck. */
const SETTLE_MS = 180_000;

interface Run {
  id: string;
  status: string;
  attempts: number;
  error?: { code: string };
}

/** What is not as it has to be, a sentence each. */
export async function judge({ client, chatId, datasets, runs, predictions }: Program): Promise<string[]> {
  const faults = [...client.broken];
  const deadline = performance.now() + SETTLE_MS;
  const readRuns = (): Promise<Run[]> => client.all<Run>(`/chats/${chatId}/runs`);
  let present = await readRuns();
  while (present.some(({ status }) => status === 'queued' || status === 'running') && performance.now() < deadline) {
    await sleep(500);
    present = await readRuns();
  }
  const byId = new Map(present.map((run) => [run.id, run]));
  for (const { id, rows } of runs) {
    const run = byId.get(id);
    if (!run) faults.push(`run ${id} is lost`);
    else if (run.status !== 'succeeded') faults.push(`run ${id} is ${run.status} ${run.error?.code ?? ''}`);
    else {
      const { labels } = await client.get<{ labels: number[] }>(`/runs/${id}/labels`);
      if (labels.length !== rows) faults.push(`run ${id} has ${labels.length} labels for ${rows} rows`);
    }
  }
  const asked = new Set(runs.map(({ id }) => id));
  for (const { id } of present) if (!asked.has(id)) faults.push(`run ${id} was made twice`);

  const centers = await client.all<{ runId: string | null }>(`/chats/${chatId}/centers`);
  const messages = await client.all<{ kind: string; runId?: string }>(`/chats/${chatId}/messages`);
  for (const { id, status } of present) {
    const stored = centers.filter(({ runId }) => runId === id).length;
    const told = messages.filter(({ kind, runId }) => kind === 'run' && runId === id).length;
    if (status === 'succeeded' && (stored !== 1 || told !== 1)) {
      faults.push(`run ${id} has ${stored} centers and ${told} messages`);
    }
  }
  const brought = centers.filter(({ runId }) => runId === null).length;
  if (brought !== predictions) faults.push(`${brought} centers were brought, not ${predictions}`);

  const shown = await client.all<{ id: string }>(`/chats/${chatId}/datasets`);
  if (shown.length !== datasets.length) faults.push(`${shown.length} data sets are there, not ${datasets.length}`);
  for (const { id, hash, rows: count } of datasets) {
    const rows: number[][] = [];
    while (rows.length < count) {
      const page = await client.get<{ rows: number[][] }>(`/datasets/${id}/rows?limit=1000&offset=${rows.length}`);
      if (page.rows.length === 0) break;
      rows.push(...page.rows);
    }
    if (createHash('sha256').update(JSON.stringify(rows)).digest('hex') !== hash)
      faults.push(`data set ${id} is damaged`);
  }
  const again = present.filter(({ attempts }) => attempts > 1).length;
  console.log(
    `  ${runs.length} runs (${again} taken up more than once), ${datasets.length} data sets, ${brought} centers`,
  );
  return faults;
}
