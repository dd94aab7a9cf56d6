import { api, data, type Schemas } from '../api/client';
import { ProblemError } from '../api/problem';

type Records = NonNullable<Schemas['PredictionRequestDto']['records']>;

/** Which clusters rows belong to, by column name. */
export async function askPredictions(centersId: string, records: Records): Promise<Schemas['PredictionDto'][]> {
  const answer = await data(
    api.POST('/api/v1/centers/{centersId}/predictions', { params: { path: { centersId } }, body: { records } }),
  );
  // The contract answers files with text, and records with predictions.
  if (typeof answer === 'string') throw new TypeError('A file was answered where predictions were asked for.');
  return answer.predictions;
}

/** The service counts records, from 0 in paths and from 1 in words; a person counts the lines that were pasted. */
export function atLines(error: unknown, lines: readonly number[]): unknown {
  if (!(error instanceof ProblemError)) return error;
  const spoken = (text: string) =>
    text.replaceAll(
      /\b(record|row)(s\.| )(\d+)\b(?:\.([^\s:]+))?/gi,
      (whole, _, by: string, row: string, column = '') => {
        const line = lines.at(by === ' ' ? Number(row) - 1 : Number(row));
        return line === undefined ? whole : `Line ${line}${column ? `, ${column}` : ''}`;
      },
    );
  const fields = error.fields.map(({ path, message }) => ({ path: spoken(path), message: spoken(message) }));
  const first = fields.at(0);
  const named = first && !/Line \d/.test(first.message) ? `${first.path}: ${first.message}` : first?.message;
  return new ProblemError(error.status, error.code, named ?? spoken(error.message), fields, error.retryAfterSeconds);
}
