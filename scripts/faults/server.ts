import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';

/** The test server, its databases and its processes. */
export class Server {
  readonly #url: string;
  readonly admin: pg.Pool;

  constructor(url: string) {
    this.#url = url;
    this.admin = new pg.Pool({ connectionString: url, max: 1 });
    this.admin.on('error', () => undefined);
  }

  at(database: string): string {
    return Object.assign(new URL(this.#url), { pathname: `/${database}` }).href;
  }

  async query<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.admin.query<Row>(sql, values)).rows;
  }

  /** The postmaster and all of its processes. */
  async processes(): Promise<number[]> {
    const [{ pid }] = await this.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const postmaster = parentOf(pid);
    const all = readdirSync('/proc')
      .map(Number)
      .filter((each) => each > 0 && parentOf(each) === postmaster);
    return [postmaster, ...all];
  }

  /** Takes connections until there are no more. */
  async exhaust(database: string): Promise<pg.Client[]> {
    const clients: pg.Client[] = [];
    for (;;) {
      const client = new pg.Client({ connectionString: this.at(database) });
      client.on('error', () => undefined);
      try {
        await client.connect();
      } catch {
        await client.end().catch(() => undefined);
        return clients;
      }
      clients.push(client);
    }
  }

  /** Ends the connections of the service to a database. */
  async cut(database: string): Promise<void> {
    const sql = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = $1 AND application_name LIKE 'centroid%'`;
    await this.query(sql, [database]);
  }
}

function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return 0;
  }
}
