import type { RunAnswer } from '../factories/runs.js';

/** One server-sent event of a run, and when it came in. */
export interface RunEventAnswer {
  type: string;
  run: RunAnswer;
  /** `performance.now()`. */
  at: number;
}

/** Reads a run's events as they come, until the stream ends. */
export async function* followEvents(
  url: string,
  runId: string,
  headers: Record<string, string>,
  signal?: AbortSignal,
): AsyncGenerator<RunEventAnswer> {
  const answer = await fetch(`${url}/api/v1/runs/${runId}/events`, { headers, ...(signal && { signal }) });
  if (answer.status !== 200 || !answer.body) throw new Error(`${answer.status} ${await answer.text()}`);
  let text = '';
  for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const events = text.split('\n\n');
    text = events.pop()!;
    for (const event of events) {
      const [type, data] = event.split('\n');
      yield {
        type: type.replace('event: ', ''),
        run: JSON.parse(data.replace('data: ', '')) as RunAnswer,
        at: performance.now(),
      };
    }
  }
  if (text !== '') throw new Error(`The stream ended within an event: ${text}`);
}

/** All events of a run, once the stream has ended. */
export async function allEvents(...run: Parameters<typeof followEvents>): Promise<RunEventAnswer[]> {
  const events: RunEventAnswer[] = [];
  for await (const event of followEvents(...run)) events.push(event);
  return events;
}
