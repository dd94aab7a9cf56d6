import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Multipart } from '@fastify/multipart';
import { Readable } from 'node:stream';
import { DomainError } from '../../common/errors.js';
import { InvalidRequestError } from '../../common/validation.js';

/** Types of bodies that are files, and what a file of that type would be called; others are told by their content. */
const FILE_TYPES: Record<string, string> = {
  'text/csv': 'rows.csv',
  'text/tab-separated-values': 'rows.tsv',
  'application/x-ndjson': 'rows.ndjson',
  'application/ndjson': 'rows.ndjson',
  'application/jsonl': 'rows.ndjson',
  'application/octet-stream': '',
  'application/gzip': '',
  'application/vnd.apache.parquet': '',
  'application/vnd.apache.arrow.file': '',
  'application/vnd.apache.arrow.stream': '',
};

/** A file in a request, yet to be received. */
export interface SentFile {
  stream: Readable;
  name: string;
  /** To be awaited once the file is received. @throws InvalidRequestError where something comes after it */
  ended: () => Promise<void>;
}

/** Leaves the bodies of predictions that are files unread, for they may be larger than memory. */
@Injectable()
export class FileBodies implements OnModuleInit {
  constructor(private readonly host: HttpAdapterHost) {}

  onModuleInit(): void {
    const adapter = this.host.httpAdapter as FastifyAdapter | null;
    // A worker has no server.
    const server: Pick<FastifyInstance, 'addContentTypeParser'> | undefined = adapter?.getInstance();
    server?.addContentTypeParser(Object.keys(FILE_TYPES), (request, payload, done) => {
      if (request.routeOptions.url?.endsWith('/predictions')) done(null, payload);
      else done(new DomainError('unsupported', 'request.unsupported_type', 'This Content-Type is not accepted here.'));
    });
  }
}

/**
 * The file in a request: its body, or the part `file` of a form, the only one; undefined where the body is JSON.
 *
 * @throws InvalidRequestError for a form without a file, or with something before it
 */
export async function fileOf(request: FastifyRequest): Promise<SentFile | undefined> {
  if (request.isMultipart()) return fileOfForm(request.parts());
  if (!(request.body instanceof Readable)) return undefined;
  const [type] = (request.headers['content-type'] ?? '').split(';');
  const name = FILE_TYPES[type.trim().toLowerCase()] ?? '';
  return { stream: request.body, name, ended: () => Promise.resolve() };
}

async function fileOfForm(parts: AsyncIterableIterator<Multipart>): Promise<SentFile> {
  const file = await nextPart(parts);
  if (file?.type !== 'file') {
    // What stands in place of the file is not to blame where there is none at all.
    const after = file && (await nextPart(parts));
    if (after?.type === 'file') after.file.resume();
    throw after ? strange(file) : new InvalidRequestError([{ path: 'file', message: 'is missing.' }]);
  }
  if (file.fieldname !== 'file') throw strange(file);
  const ended = async (): Promise<void> => {
    const after = await nextPart(parts);
    if (after) throw strange(after);
  };
  return { stream: file.file, name: file.filename, ended };
}

async function nextPart(parts: AsyncIterableIterator<Multipart>): Promise<Multipart | undefined> {
  const next = await parts.next().catch((error: unknown) => {
    throw new InvalidRequestError([{ path: 'file', message: error instanceof Error ? error.message : 'is broken.' }]);
  });
  return next.done === true ? undefined : next.value;
}

/** A part that does not belong into the form; what it holds is left unread. */
function strange(part: Multipart): InvalidRequestError {
  if (part.type === 'file') part.file.resume();
  return new InvalidRequestError([{ path: part.fieldname, message: 'must be one file, in a part called "file".' }]);
}
