import { randomInt, timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import { errorResponse, int32, message, MessageReader, readText, readyForQuery, REQUEST } from './wire.js';

/** Messages that belong together: up to and with the one that makes the server answer. */
export type Stretch = Buffer[];

/** What the gate wants of a connection, and is told by it. */
export interface ConnectionOptions {
  /** The password to ask for; undefined where the way in is guarded by the folder's mode. */
  password: string | undefined;
  /** The server's settings, told to every new connection. */
  parameters: [string, string][];
  /** A stretch has come in whole. */
  onStretch: () => void;
  onGone: () => void;
}

const QUERY = 'Q'.charCodeAt(0);
const SYNC = 'S'.charCodeAt(0);
const FLUSH = 'H'.charCodeAt(0);
const FUNCTION_CALL = 'F'.charCodeAt(0);
const TERMINATE = 'X'.charCodeAt(0);
const PASSWORD = 'p'.charCodeAt(0);
const PARSE = 'P'.charCodeAt(0);
const BIND = 'B'.charCodeAt(0);
const DESCRIBE = 'D'.charCodeAt(0);
const CLOSE = 'C'.charCodeAt(0);
const ENDS_STRETCH = new Set([QUERY, SYNC, FLUSH, FUNCTION_CALL]);

let statements = 0;

/** One client's end of the gate: shakes hands, cuts what comes in into stretches, and keeps them until their turn. */
export class Connection {
  /** Whole stretches that wait for their turn. */
  readonly stretches: Stretch[] = [];
  /** Channels it listens on. */
  readonly channels = new Set<string>();
  /** Its named prepared statements, and what they are called in the session that all connections share. */
  readonly statements = new Map<string, string>();
  /** Set once nobody is at the other end. */
  gone = false;

  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #reader = new MessageReader();
  #phase: 'startup' | 'password' | 'ready' = 'startup';
  #stretch: Stretch = [];
  /** After a refusal within the extended protocol, everything up to the next Sync is passed over. */
  #skipping = false;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.on('data', (chunk: Buffer) => {
      this.#reader.push(chunk);
      this.#read();
    });
    socket.on('error', () => {
      this.#leave();
    });
    socket.on('close', () => {
      this.#leave();
    });
  }

  write(...bytes: Buffer[]): void {
    if (this.gone) return;
    this.#socket.cork();
    for (const part of bytes) this.#socket.write(part);
    this.#socket.uncork();
  }

  /** Answers everything that waits with an error, outside any transaction. */
  refuse(code: string, text: string): void {
    for (const stretch of this.stretches.splice(0)) this.#refuse(stretch, errorResponse('ERROR', code, text));
  }

  /** Tells the client why, and leaves it. */
  terminate(code: string, text: string): void {
    if (!this.gone) this.#socket.end(errorResponse('FATAL', code, text));
    this.#leave();
  }

  destroy(): void {
    this.#socket.destroy();
    this.#leave();
  }

  #leave(): void {
    if (this.gone) return;
    this.gone = true;
    this.stretches.length = 0;
    this.#options.onGone();
  }

  #read(): void {
    try {
      for (;;) {
        if (this.gone) return;
        const next = this.#reader.next(this.#phase !== 'startup');
        if (next === undefined) return;
        if (this.#phase === 'startup') this.#start(next);
        else if (this.#phase === 'password') this.#checkPassword(next);
        else this.#take(next);
      }
    } catch (error) {
      this.terminate('08P01', error instanceof Error ? error.message : 'invalid message');
    }
  }

  #start(packet: Buffer): void {
    const request = packet.length >= 8 ? packet.readInt32BE(4) : 0;
    if (request === REQUEST.SSL || request === REQUEST.GSS) this.write(Buffer.from('N'));
    else if (request === REQUEST.CANCEL) this.destroy();
    else if (request >> 16 !== REQUEST.PROTOCOL_3 >> 16)
      this.terminate('0A000', 'Only protocol version 3 is spoken here');
    else if (this.#options.password === undefined) this.#welcome();
    else {
      this.#phase = 'password';
      this.write(message('R', int32(3)));
    }
  }

  #checkPassword(packet: Buffer): void {
    const expected = Buffer.from(`${this.#options.password ?? ''}\0`);
    const given = packet.subarray(5);
    if (packet[0] === PASSWORD && given.length === expected.length && timingSafeEqual(given, expected)) this.#welcome();
    else this.terminate('28P01', 'The password is wrong');
  }

  #welcome(): void {
    this.#phase = 'ready';
    const parameters = this.#options.parameters.map(([name, value]) => message('S', name, value));
    const key = message('K', int32(process.pid, randomInt(2 ** 31)));
    this.write(message('R', int32(0)), ...parameters, key, readyForQuery('I'));
  }

  #take(next: Buffer): void {
    if (next[0] === TERMINATE) {
      this.destroy();
      return;
    }
    this.#stretch.push(this.#rename(next));
    if (!ENDS_STRETCH.has(next[0])) return;
    const stretch = this.#stretch;
    this.#stretch = [];
    if (this.#skipping) {
      this.#refuse(stretch);
    } else {
      this.stretches.push(stretch);
      this.#options.onStretch();
    }
  }

  #refuse(stretch: Stretch, error?: Buffer): void {
    if (error && !this.#skipping) this.write(error);
    this.#skipping = stretch.at(-1)![0] === FLUSH;
    if (!this.#skipping) this.write(readyForQuery('I'));
  }

  /** Gives named statements a name that no other connection uses. */
  #rename(bytes: Buffer): Buffer {
    switch (bytes[0]) {
      case PARSE:
        return this.#withStatement(bytes, 5);
      case BIND:
        return this.#withStatement(bytes, bytes.indexOf(0, 5) + 1); // The portal's name comes first.
      case DESCRIBE:
      case CLOSE:
        return bytes[5] === 'S'.charCodeAt(0) ? this.#withStatement(bytes, 6) : bytes;
      default:
        return bytes;
    }
  }

  #withStatement(bytes: Buffer, offset: number): Buffer {
    const name = readText(bytes, offset);
    if (name === '') return bytes;
    const shared = this.statements.get(name) ?? `s${++statements}`;
    if (bytes[0] === CLOSE) this.statements.delete(name);
    else this.statements.set(name, shared);
    const rest = bytes.subarray(bytes.indexOf(0, offset) + 1);
    return message(String.fromCharCode(bytes[0]), bytes.subarray(5, offset), shared, rest);
  }
}
