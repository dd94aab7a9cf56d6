import { Socket } from 'node:net';
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import pg from 'pg';
import type { ServiceDataSource } from './data-source.js';

/** A statement that is asked often: parsed and planned once a connection, under its name. */
export interface QuickRead {
  name: string;
  /** Answers in constant time by an index: those behind it wait. */
  text: string;
}

/**
 * Short reads that many requests make at the same time, over one connection of their own: they are sent without waiting
 * for the answers before them, and those of one turn of the event loop in one piece. Timestamps come as ISO 8601.
 * Outside of all transactions; on the embedded database they are ordinary queries.
 */
@Injectable()
export class QuickReads implements OnModuleDestroy {
  readonly #dataSource: ServiceDataSource;
  #client: Promise<pg.Client> | undefined;
  #socket: Socket | undefined;
  #corked = false;

  constructor(@InjectDataSource() dataSource: ServiceDataSource) {
    this.#dataSource = dataSource;
  }

  /** @returns rows, each an array of its columns */
  async read<Row extends unknown[]>({ name, text }: QuickRead, values: unknown[]): Promise<Row[]> {
    if (this.#dataSource.isEmbedded) {
      const rows = await this.#dataSource.query<Record<string, unknown>[]>(text, values);
      return rows.map((row) => Object.values(row).map(withIsoTime)) as Row[];
    }
    const client = await (this.#client ??= this.#connect());
    this.#dataSource.logger.logQuery(text, values);
    this.#gather();
    return new Promise((resolve, reject) => {
      client.query<Row>({ name, text, values, rowMode: 'array' }, (error: Error | null, result) => {
        if (error) reject(error);
        else resolve(result.rows);
      });
    });
  }

  async onModuleDestroy(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    this.#client = undefined;
    await client?.end();
  }

  /** Not async: what it returns has to be the promise that is dropped. */
  #connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.#dataSource.connectionString,
      application_name: 'centroid-reads',
      connectionTimeoutMillis: 30_000,
      pipeline: true,
      keepAlive: true,
      stream: () => (this.#socket = new Socket()),
      types: { getTypeParser: typeParser },
    });
    const drop = (): void => {
      if (this.#client === connected) this.#client = undefined;
    };
    client.on('error', (error) => {
      new Logger('Database').warn(error.message);
      drop();
    });
    client.on('end', drop);
    const connected = (async () => {
      try {
        await client.connect();
        await client.query(`SET TIME ZONE 'UTC'`);
        return client;
      } catch (error) {
        drop();
        throw error;
      }
    })();
    return connected;
  }

  /** Holds back what is written until the end of this turn, so that it goes out in one piece. */
  #gather(): void {
    const socket = this.#socket;
    if (this.#corked || !socket) return;
    this.#corked = true;
    socket.cork();
    setImmediate(() => {
      this.#corked = false;
      socket.uncork();
    });
  }
}

type TypeId = Parameters<typeof pg.types.getTypeParser>[0];

const typeParser = ((oid: TypeId, format?: 'text'): unknown =>
  oid === pg.types.builtins.TIMESTAMPTZ
    ? toIso
    : (pg.types.getTypeParser(oid, format) as unknown)) as typeof pg.types.getTypeParser;

/** `2026-11-22 23:14:41.12+00` in ISO 8601, to the millisecond. */
function toIso(text: string): string {
  if (!text.endsWith('+00')) return new Date(text).toISOString();
  const time = `${text.slice(0, 10)}T${text.slice(11, -3)}`;
  return time.length === 19 ? `${time}.000Z` : `${time.padEnd(23, '0').slice(0, 23)}Z`;
}

function withIsoTime(value: unknown): unknown {
  return value instanceof Date ? value.toISOString() : value;
}
