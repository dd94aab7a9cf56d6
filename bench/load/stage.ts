import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { Client } from '../../scripts/chaos/client.ts';
import { ServiceProcess } from '../../scripts/chaos/process.ts';

export const SECRET_KEY = 'load'.repeat(10);

/** A table with three clusters, the same for every call. */
export function table(rows: number): number[][] {
  let state = 7;
  const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  return Array.from({ length: rows }, (_, i) => Array.from({ length: 4 }, () => (i % 3) * 4 + random() * 2));
}

/** The built service on a database of its own, somebody who uses it, and centers to ask. */
export interface Stage {
  service: ServiceProcess;
  client: Client;
  database: string;
  admin: pg.Client;
  chatId: string;
  centersId: string;
  /** `k x columns`, in the units of the data. */
  centers: number[][];
  close: () => Promise<void>;
}

/** @param settings of the service beyond those that get its limits out of the way */
export async function openStage(settings: NodeJS.ProcessEnv = {}): Promise<Stage> {
  const server = process.env.TEST_DATABASE_URL;
  if (!server) throw new Error('TEST_DATABASE_URL is not set: npm run with-postgres brings a server.');
  const name = `centroid_load_${randomBytes(6).toString('hex')}`;
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  const database = Object.assign(new URL(server), { pathname: `/${name}` }).href;
  const service = new ServiceProcess('all', {
    DATABASE_URL: database,
    SECRET_KEY,
    PORT: '0',
    LOG_LEVEL: 'warn',
    REQUESTS_PER_MINUTE: '1000000',
    REGISTRATIONS_PER_HOUR: '1000000',
    ...settings,
  });
  const close = async (): Promise<void> => {
    await service.end();
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end();
  };
  try {
    await service.start();
    const client = new Client(service.url);
    await client.signUp('load');
    const { id: chatId } = await client.post<{ id: string }>('/chats', { title: 'Load' });
    const columns = ['a', 'b', 'c', 'd'];
    const dataset = await client.post<{ id: string }>(`/chats/${chatId}/datasets`, { columns, rows: table(300) });
    const { id } = await client.post<{ id: string }>(`/chats/${chatId}/runs`, { datasetId: dataset.id, k: 3, seed: 1 });
    let run: { status: string; result?: { centersId: string } };
    do {
      await sleep(50);
      run = await client.get(`/runs/${id}`);
    } while (run.status === 'queued' || run.status === 'running');
    const centersId = run.result!.centersId;
    const { values } = await client.get<{ values: number[][] }>(`/centers/${centersId}`);
    return { service, client, database, admin, chatId, centersId, centers: values, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Resident megabytes of a process. */
export function memoryOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}
