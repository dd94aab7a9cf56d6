import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
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
 * The file in a request: its body, or the part `file` of a form; undefined where the body is JSON.
 *
 * @throws InvalidRequestError for a form without a file
 */
export async function fileOf(request: FastifyRequest): Promise<SentFile | undefined> {
  if (request.isMultipart()) {
    const part = await request.file().catch((error: unknown) => {
      throw new InvalidRequestError([{ path: 'file', message: error instanceof Error ? error.message : 'is broken.' }]);
    });
    if (!part) throw new InvalidRequestError([{ path: 'file', message: 'is missing.' }]);
    if (part.fieldname !== 'file') {
      part.file.resume();
      throw new InvalidRequestError([{ path: part.fieldname, message: 'must be a file in a part called "file".' }]);
    }
    return { stream: part.file, name: part.filename };
  }
  if (!(request.body instanceof Readable)) return undefined;
  const [type] = (request.headers['content-type'] ?? '').split(';');
  return { stream: request.body, name: FILE_TYPES[type.trim().toLowerCase()] ?? '' };
}
