import type { PGlite } from '@electric-sql/pglite';
import { readText, type TransactionStatus } from './wire.js';

/** What the database says to one stretch of messages. */
export interface Answer {
  /** Every message but the notifications, in order. */
  bytes: Buffer[];
  /** The transaction status in the last ReadyForQuery; undefined when none came, as after Flush. */
  status: TransactionStatus | undefined;
  /** Whole NotificationResponse messages, by channel. */
  notifications: { channel: string; bytes: Buffer }[];
}

const READY = 'Z'.charCodeAt(0);
const NOTIFICATION = 'A'.charCodeAt(0);

/** The one session that the embedded database has. */
export class Session {
  readonly #database: PGlite;

  constructor(database: PGlite) {
    this.#database = database;
  }

  /** The settings that a server tells every new connection. */
  async parameters(): Promise<[string, string][]> {
    const names = ['server_version', 'server_encoding', 'client_encoding', 'DateStyle', 'IntervalStyle', 'TimeZone'];
    const { rows } = await this.#database.query<{ name: string; setting: string }>(
      'SELECT name, setting FROM pg_settings WHERE name = ANY($1)',
      [[...names, 'integer_datetimes', 'standard_conforming_strings']],
    );
    return rows.map(({ name, setting }) => [name, setting]);
  }

  /** Runs whole messages to their end. Rejects only when the database itself broke. */
  async run(messages: Buffer[]): Promise<Answer> {
    const chunks: Buffer[] = [];
    await this.#database.execProtocolRawStream(messages.length === 1 ? messages[0] : Buffer.concat(messages), {
      // The bytes lie in the database's own memory and are gone after the call.
      onRawData: (bytes) => void chunks.push(Buffer.from(bytes)),
    });
    return split(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
  }

  /** Runs a statement of the gate's own, outside any transaction. */
  async select<Row>(sql: string): Promise<Row[]> {
    return (await this.#database.query<Row>(sql)).rows;
  }

  /** As {@link select}, for statements without rows. One that the database refuses is let be: it will be tried again. */
  async execute(sql: string): Promise<void> {
    try {
      await this.#database.exec(sql);
    } catch (error) {
      const refused = error instanceof Error && 'severity' in error;
      if (!refused) throw error;
    }
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

function split(output: Buffer): Answer {
  const answer: Answer = { bytes: [], status: undefined, notifications: [] };
  let from = 0;
  let at = 0;
  while (at < output.length) {
    const end = at + 1 + output.readInt32BE(at + 1);
    if (output[at] === READY) {
      answer.status = String.fromCharCode(output[at + 5]) as TransactionStatus;
    } else if (output[at] === NOTIFICATION) {
      if (at > from) answer.bytes.push(output.subarray(from, at));
      answer.notifications.push({ channel: readText(output, at + 9), bytes: output.subarray(at, end) });
      from = end;
    }
    at = end;
  }
  if (at > from) answer.bytes.push(output.subarray(from, at));
  return answer;
}
