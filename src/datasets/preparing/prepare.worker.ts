import { parentPort, workerData } from 'node:worker_threads';
import { EngineError } from '../../ml/errors.js';
import { type PreparedTable, prepareTable, type RunTable } from './prepare-table.js';

/** What the thread answers: the table, or the refusal in plain data, since classes do not survive the way. */
export type PrepareAnswer =
  { prepared: PreparedTable } | { refused: Pick<EngineError, 'code' | 'message' | 'details'> };

function answer(): PrepareAnswer {
  try {
    return { prepared: prepareTable(workerData as RunTable) };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const { code, message, details } = error;
    return { refused: { code, message, details } };
  }
}

parentPort?.postMessage(answer());
