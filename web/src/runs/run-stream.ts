import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { authorizedFetch, type Schemas } from '../api/client';
import { keys } from '../chats/queries';

type Run = Schemas['RunDto'];
const AGAIN_MS = 1_500;

export function hasEnded({ status }: Pick<Run, 'status'>): boolean {
  return status !== 'queued' && status !== 'running';
}

/** Reads the runs of an event stream as they come; EventSource could not send the token. */
async function* readRuns(runId: string, signal: AbortSignal): AsyncGenerator<Run> {
  const response = await authorizedFetch(
    new Request(`/api/v1/runs/${runId}/events`, { headers: { Accept: 'text/event-stream' }, signal }),
  );
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const chunk = await reader?.read();
    if (!chunk || chunk.done) return;
    text += chunk.value;
    const events = text.split(/\r?\n\r?\n/);
    text = events.pop() ?? '';
    for (const event of events) {
      const lines = event.split(/\r?\n/).filter((line) => line.startsWith('data:'));
      if (lines.length > 0) yield JSON.parse(lines.map((line) => line.slice(5)).join('\n')) as Run;
    }
  }
}

/**
 * Keeps a run in the cache up to date until it has ended, through lost connections and reloads.
 *
 * @returns whether the connection is lost at the moment
 */
export function useRunStream(run: Run | undefined): boolean {
  const client = useQueryClient();
  const [lost, setLost] = useState(false);
  const runId = run && !hasEnded(run) ? run.id : undefined;
  useEffect(() => {
    if (!runId) return;
    const stop = new AbortController();
    void (async () => {
      while (!stop.signal.aborted) {
        try {
          for await (const next of readRuns(runId, stop.signal)) {
            setLost(false);
            client.setQueryData(keys.run(runId), next);
            if (hasEnded(next)) {
              await Promise.all([
                client.invalidateQueries({ queryKey: keys.chat(next.chatId) }),
                client.invalidateQueries({ queryKey: keys.chats }),
              ]);
              return;
            }
          }
        } catch {
          // The connection broke; what is shown stays, and the next attempt begins with the present state.
          setLost(true);
        }
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    })();
    return () => {
      stop.abort();
    };
  }, [runId, client]);
  return lost;
}
