import { Worker } from 'node:worker_threads';
import { workerEntry } from '../../common/worker-entry.js';
import { AbortedError, EngineError } from '../../ml/errors.js';
import type { PreparedTable, RunTable } from './prepare-table.js';
import type { PrepareAnswer } from './prepare.worker.js';

/**
 * {@link prepareTable} in a thread of its own.
 *
 * @param table its memory, which is shared, is used for the result
 * @throws EngineError as `prepareTable`; AbortedError once the signal is aborted
 */
export async function prepare(table: RunTable, signal: AbortSignal): Promise<PreparedTable> {
  if (signal.aborted) throw new AbortedError();
  const worker = new Worker(workerEntry(import.meta.url, './prepare.worker.js'), { workerData: table });
  const { promise, resolve, reject } = Promise.withResolvers<PrepareAnswer>();
  const abort = (): void => {
    reject(new AbortedError());
  };
  signal.addEventListener('abort', abort, { once: true });
  worker.once('message', resolve).once('error', reject);
  worker.once('exit', () => {
    reject(new EngineError('kmeans.worker_died', 'The thread that prepared the data died.'));
  });
  try {
    const answer = await promise;
    if ('prepared' in answer) return answer.prepared;
    const { code, message, details } = answer.refused;
    throw new EngineError(code, message, details);
  } finally {
    signal.removeEventListener('abort', abort);
    await worker.terminate();
  }
}
