import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '../chaos/client.ts';
import { ServiceProcess } from '../chaos/process.ts';
import type { Server } from './server.ts';

const RECOVER_MS = 20_000;

export interface Run {
  id: string;
  status: string;
  attempts: number;
}

/** A service on a database of its own, somebody who uses it, and a data set. */
export class Stage {
  readonly name = `centroid_faults_${randomBytes(6).toString('hex')}`;
  service!: ServiceProcess;
  client!: Client;
  chatId = '';
  datasetId = '';
  readonly #server: Server;

  constructor(server: Server) {
    this.#server = server;
  }

  async open(settings: NodeJS.ProcessEnv = {}, tablespace = ''): Promise<void> {
    await this.#server.query(`CREATE DATABASE ${this.name} ${tablespace && `TABLESPACE ${tablespace}`}`);
    this.service = new ServiceProcess('all', {
      DATABASE_URL: this.#server.at(this.name),
      SECRET_KEY: 'faults'.repeat(8),
      PORT: '0',
      PASSWORD_COST: '10',
      LOG_LEVEL: 'error',
      REQUESTS_PER_MINUTE: '1000000',
      REGISTRATIONS_PER_HOUR: '1000000',
      DATABASE_CONNECTIONS: '5',
      CHECKPOINT_SECONDS: '1',
      ENGINE_THREADS: '1',
      ...settings,
    });
    await this.service.start();
    this.client = new Client(this.service.url);
    await this.client.signUp('faults');
    this.chatId = (await this.client.post<{ id: string }>('/chats', { title: 'Faults' })).id;
    this.datasetId = await this.upload(2000);
    // Every kind of connection has been made before it is lost.
    await this.client.get('/chats');
  }

  async close(): Promise<void> {
    await this.service.end();
    await this.#server.query(`DROP DATABASE ${this.name} WITH (FORCE)`);
  }

  async upload(count: number): Promise<string> {
    const rows = Array.from({ length: count }, (_, i) => [Math.sin(i), Math.cos(i * 7), Math.sin(i * 3.3)]);
    return (await this.client.make<{ id: string }>(`/chats/${this.chatId}/datasets`, { rows })).id;
  }

  /** Some seconds of work. */
  async start(nInit = 600): Promise<string> {
    const body = { datasetId: this.datasetId, k: 12, nInit, tolerance: 0, seed: 1 };
    return (await this.client.make<Run>(`/chats/${this.chatId}/runs`, body)).id;
  }

  async until(id: string, wanted: (run: Run) => boolean): Promise<Run> {
    for (let tries = 0; tries < 600; tries++) {
      const run = await this.client.get<Run>(`/runs/${id}`);
      if (wanted(run)) return run;
      await sleep(100);
    }
    throw new Error(`The run ${id} stays as it is.`);
  }

  async succeeds(id: string): Promise<Run> {
    const run = await this.until(id, ({ status }) => !['queued', 'running'].includes(status));
    assert.equal(run.status, 'succeeded');
    return run;
  }

  async health(what: 'live' | 'ready'): Promise<number> {
    const answer = await fetch(`${this.service.url}/health/${what}`, { signal: AbortSignal.timeout(8000) });
    return answer.status;
  }

  async recovers(): Promise<void> {
    const deadline = performance.now() + RECOVER_MS;
    for (;;) {
      const ready = (await this.health('ready')) === 200;
      const answer = ready ? await this.client.once('GET', '/chats') : undefined;
      if (answer?.status === 200) return;
      if (performance.now() > deadline) throw new Error(`It does not recover: ${JSON.stringify(answer)}`);
      await sleep(200);
    }
  }

  /** Refused with 503 and a code, as long as it lasts. */
  async refuses(method: string, path: string, body?: object, code = 'service.database_away'): Promise<void> {
    const answer = await this.client.once(method, path, body);
    assert.equal(answer?.status, 503, JSON.stringify(answer));
    assert.equal((answer.body as { code: string }).code, code);
  }
}
