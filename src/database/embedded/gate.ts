import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Connection, type Stretch } from './connection.js';
import { keepHouse } from './housekeeping.js';
import type { Session } from './session.js';
import {
  closeStatement,
  commandComplete,
  query,
  readText,
  readyForQuery,
  sync,
  type TransactionStatus,
} from './wire.js';

export interface GateOptions {
  password: string | undefined;
  parameters: [string, string][];
  /** How often to look whether the database needs tidying, in milliseconds. */
  housekeepingMs: number;
  /** How long a transaction may be silent while others wait, in milliseconds. */
  waitingLimitMs: number;
  /** The database itself broke; the gate is of no more use. */
  onBroken: (error: unknown) => void;
}

/** So many times the others are refused; then the silent transaction is ended. */
const REFUSALS = 3;

const QUERY = 'Q'.charCodeAt(0);
/** The embedded database cannot ask for the data, and would break down over it. */
const COPY_IN = /^\s*copy\b[^;]*\bfrom\s+stdin\b/i;
const NO_COPY = `DO $$ BEGIN
  RAISE feature_not_supported USING MESSAGE = 'COPY FROM STDIN does not work on the embedded database';
END $$`;
const LISTENING = /^\s*(un)?listen\s+(?:"((?:[^"]|"")+)"|([\w$]+)|(\*))\s*;?\s*$/i;

/**
 * Lets many connections share the one session of the embedded database, one transaction after the other.
 *
 * The session belongs to a connection from its first message until the database is ready again outside any transaction,
 * so transactions are serial and none sees another's. Listening is kept here, by connection. What a session keeps beyond
 * a transaction is shared by all connections: settings made with SET (not SET LOCAL), temporary tables, session
 * advisory locks, statements made with PREPARE.
 */
export class Gate {
  readonly #session: Session;
  readonly #options: GateOptions;
  readonly #connections = new Set<Connection>();
  /** In the order of their coming. */
  readonly #waiting = new Set<Connection>();
  #holder: Connection | undefined;
  #status: TransactionStatus = 'I';
  #looping = false;
  #broken = false;
  #silence: NodeJS.Timeout | undefined;
  #refusals = 0;
  #emptied: (() => void) | undefined;
  readonly #housekeeping: NodeJS.Timeout;
  #houseIsDue = false;

  constructor(session: Session, options: GateOptions) {
    this.#session = session;
    this.#options = options;
    this.#housekeeping = setInterval(() => {
      this.#houseIsDue = true;
      this.#run();
    }, options.housekeepingMs);
  }

  accept(socket: Socket): void {
    const connection: Connection = new Connection(socket, {
      password: this.#options.password,
      parameters: this.#options.parameters,
      onStretch: () => {
        this.#queue(connection);
      },
      onGone: () => {
        this.#queue(connection);
      },
    });
    this.#connections.add(connection);
  }

  /** Waits until every client has gone, at most `graceMs`, then ends those that have not. */
  async empty(graceMs: number): Promise<void> {
    clearInterval(this.#housekeeping);
    if (this.#connections.size === 0 || this.#broken) return;
    const emptied = new Promise<void>((resolve) => (this.#emptied = resolve));
    const timer = setTimeout(() => {
      for (const connection of this.#connections) connection.terminate('57P01', 'The service stops');
    }, graceMs);
    await emptied;
    clearTimeout(timer);
  }

  #queue(connection: Connection): void {
    if (connection !== this.#holder) this.#waiting.add(connection);
    this.#run();
  }

  #run(): void {
    if (this.#looping || this.#broken) return;
    this.#looping = true;
    this.#loop()
      .catch((error: unknown) => {
        this.#broken = true;
        for (const each of this.#connections) each.terminate('58000', 'The embedded database broke down');
        this.#options.onBroken(error);
      })
      .finally(() => (this.#looping = false));
  }

  async #loop(): Promise<void> {
    for (;;) {
      if (this.#houseIsDue && !this.#holder) {
        this.#houseIsDue = false;
        await keepHouse(this.#session);
      }
      const connection = this.#holder ?? this.#waiting.values().next().value;
      if (connection === undefined) break;
      const stretch = connection.stretches.shift();
      if (stretch === undefined && !connection.gone) {
        if (connection === this.#holder) break; // Silent within its transaction.
        this.#waiting.delete(connection);
        continue;
      }
      this.#hold(connection);
      if (stretch) await this.#answer(connection, stretch);
      else await this.#clear(connection);
      await nextTurn(); // Lets new messages and connections in.
    }
    this.#watch();
  }

  #hold(connection: Connection): void {
    this.#holder = connection;
    this.#waiting.delete(connection);
    clearTimeout(this.#silence);
    this.#silence = undefined;
    this.#refusals = 0;
  }

  #release(): void {
    const connection = this.#holder;
    this.#holder = undefined;
    if (connection && (connection.stretches.length > 0 || connection.gone)) this.#waiting.add(connection);
  }

  async #answer(connection: Connection, stretch: Stretch): Promise<void> {
    const sql = stretch[0][0] === QUERY ? readText(stretch[0], 5) : '';
    if (COPY_IN.test(sql)) stretch = [query(NO_COPY)];
    const listening = LISTENING.exec(sql);
    if (listening?.[1] && this.#status !== 'E') {
      // Others may listen on the same channel, and the session listens for all.
      await this.#unlisten(connection, listening[4] ? [...connection.channels] : [channelOf(listening)]);
      connection.write(commandComplete('UNLISTEN'), readyForQuery(this.#status));
    } else {
      if (listening && !listening[1]) connection.channels.add(channelOf(listening));
      const { bytes, status, notifications } = await this.#session.run(stretch);
      for (const notification of notifications) {
        for (const each of this.#connections) {
          if (each.channels.has(notification.channel)) each.write(notification.bytes);
        }
      }
      connection.write(...bytes);
      // After Flush there is none: the connection goes on with the same statement.
      if (status === undefined) return;
      this.#status = status;
    }
    if (this.#status === 'I') this.#release();
  }

  /** Puts the session in order after a connection that has gone, whatever it was amid. */
  async #clear(connection: Connection): Promise<void> {
    const closes = [...connection.statements.values()].map(closeStatement);
    const { status } = await this.#session.run([...closes, sync()]);
    if (status !== 'I') await this.#session.run([query('ROLLBACK')]);
    this.#status = 'I';
    await this.#unlisten(connection, [...connection.channels]);
    this.#connections.delete(connection);
    this.#holder = undefined;
    if (this.#connections.size === 0) this.#emptied?.();
  }

  async #unlisten(connection: Connection, channels: string[]): Promise<void> {
    for (const channel of channels) {
      connection.channels.delete(channel);
      const wanted = [...this.#connections].some((each) => each.channels.has(channel));
      if (!wanted) await this.#session.run([query(`UNLISTEN "${channel.replaceAll('"', '""')}"`)]);
    }
  }

  /** Guards against waiting for ever on a transaction whose own code waits for somebody in the queue. */
  #watch(): void {
    if (!this.#holder || ![...this.#waiting].some((each) => !each.gone)) return;
    this.#silence ??= setTimeout(() => {
      this.#silence = undefined;
      this.#refusals++;
      const seconds = this.#options.waitingLimitMs / 1000;
      for (const connection of this.#waiting) {
        if (connection.gone) continue;
        this.#waiting.delete(connection);
        connection.refuse(
          '55P03',
          `Another transaction has held the embedded database for ${seconds} s without a statement. ` +
            'It serves one transaction at a time: within one, use no other connection and wait for nothing else.',
        );
      }
      if (this.#refusals === REFUSALS) {
        const silent = REFUSALS * seconds;
        this.#holder?.terminate('25P03', `The transaction was silent for ${silent} s while others waited: rolled back`);
      }
    }, this.#options.waitingLimitMs);
  }
}

function channelOf(match: RegExpExecArray): string {
  const quoted = match.at(2);
  return quoted === undefined ? match[3].toLowerCase() : quoted.replaceAll('""', '"');
}
