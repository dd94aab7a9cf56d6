import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { EntityManager } from 'typeorm';
import { ChatsService } from '../chats/chats.service.js';
import { DomainError } from '../common/errors.js';
import { InvalidRequestError, validationPipe } from '../common/validation.js';
import type { Dataset } from './dataset.entity.js';
import { DatasetUploadsService, type Keep, type Loaded } from './dataset-uploads.service.js';
import { CallerGoneError } from './datasets.errors.js';
import { CreateRowsDto, UploadFieldsDto } from './dto/dataset-requests.dto.js';
import type { EarlyReading } from './early-reading.js';
import { beginsPassing } from './readers/tell-format.js';
import { type PartialFile, type ReceivedFile, Uploads } from './uploads.js';

const MAX_FILE_NAME = 255;

/** What came in a multipart body. */
interface Form {
  file?: ReceivedFile & { name: string };
  fields: Record<string, unknown>;
  /** The file, read while it comes in. */
  early?: Promise<EarlyReading<Loaded> | undefined>;
}

/** What becomes of a call: its answer, and what is remembered of it. */
export interface Call<Answer> {
  /** An earlier answer to the same content. */
  recall: (content: unknown) => Answer | undefined;
  /** Whether there may be one. */
  repeated: boolean;
  answer: (dataset: Dataset) => Answer;
  keep: (manager: EntityManager, answer: Answer) => Promise<void>;
}

/** Takes the two bodies that make a data set: a form with a file, and JSON rows. */
@Injectable()
export class DatasetIntake {
  private readonly pipe = validationPipe();

  constructor(
    private readonly service: DatasetUploadsService,
    private readonly chats: ChatsService,
    private readonly uploads: Uploads,
  ) {}

  /** Reads the request, makes the data set, and gives up when the caller does. */
  async take<Answer>(
    userId: string,
    chatId: string,
    request: FastifyRequest,
    reply: FastifyReply,
    call: Call<Answer>,
  ): Promise<Answer> {
    // Before a gigabyte is received for nothing.
    await this.chats.require(userId, chatId);
    const abort = new AbortController();
    const onClose = (): void => {
      if (!reply.raw.writableEnded) abort.abort(new CallerGoneError());
    };
    reply.raw.once('close', onClose);
    try {
      if (request.isMultipart()) return await this.takeForm(userId, chatId, request, call, abort.signal);
      if (typeof request.body === 'string') throw new UnsupportedBodyError();
      const body = await this.validate(CreateRowsDto, request.body);
      const known = call.recall(body);
      if (known) return known;
      const { rows, columns, ...options } = body;
      const keep = keeping(call);
      return call.answer(await this.service.addRows(userId, chatId, { rows, columns }, options, keep, abort.signal));
    } finally {
      reply.raw.off('close', onClose);
    }
  }

  private async takeForm<Answer>(
    userId: string,
    chatId: string,
    request: FastifyRequest,
    call: Call<Answer>,
    signal: AbortSignal,
  ): Promise<Answer> {
    const form: Form = { fields: {} };
    try {
      const begin = (file: PartialFile, name: string): void => {
        if (!call.repeated) form.early = this.begin(userId, chatId, request, { ...file, name }, form, signal);
      };
      await this.receive(request, form, begin).catch((error: unknown) => {
        throw isFormError(error) ? new MalformedFormError(error.message) : error;
      });
      if (!form.file) throw new InvalidRequestError([{ path: 'file', message: 'is missing.' }]);
      const options = await this.validate(UploadFieldsDto, form.fields);
      const known = call.recall({ sha256: form.file.sha256, options });
      if (known) return known;
      const { file } = form;
      const early = await form.early;
      return call.answer(await this.service.addFile(userId, chatId, file, options, keeping(call), signal, early));
    } finally {
      await (await form.early)?.end();
      if (form.file) await this.uploads.remove(form.file.path);
    }
  }

  /** Begins to read a large file while it comes in, as far as what was said about it before goes. */
  private async begin(
    userId: string,
    chatId: string,
    request: FastifyRequest,
    file: PartialFile & { name: string },
    { fields }: Form,
    signal: AbortSignal,
  ): Promise<EarlyReading<Loaded> | undefined> {
    // Without its length there is no telling how much room to set aside.
    const mostBytes = Number(request.headers['content-length']);
    if (!Number.isSafeInteger(mostBytes) || !beginsPassing(file.head, file.name)) return undefined;
    // What is wrong with the fields is told when the form has ended.
    const options = await this.validate(UploadFieldsDto, { ...fields }).catch(() => undefined);
    return options && this.service.early(userId, chatId, { ...file, mostBytes }, options, signal);
  }

  private async receive(
    request: FastifyRequest,
    form: Form,
    begin: (file: PartialFile, name: string) => void,
  ): Promise<void> {
    for await (const part of request.parts()) {
      if (part.type === 'field') {
        if (part.valueTruncated || part.fieldname in form.fields) {
          throw new InvalidRequestError([{ path: part.fieldname, message: 'is too long, or given twice.' }]);
        }
        form.fields[part.fieldname] = part.value;
      } else if (part.fieldname !== 'file' || form.file) {
        part.file.resume();
        throw new InvalidRequestError([
          { path: part.fieldname, message: 'must be one file, in a part called "file".' },
        ]);
      } else {
        const name = fileName(part.filename);
        const received = await this.uploads.receive(part.file, (partial) => {
          begin(partial, name);
        });
        form.file = { ...received, name };
      }
    }
  }

  private async validate<T extends object>(type: new () => T, body: unknown): Promise<T> {
    return (await this.pipe.transform(body ?? {}, { type: 'body', metatype: type })) as T;
  }
}

function keeping<Answer>({ keep, answer }: Call<Answer>): Keep {
  return (manager, dataset) => keep(manager, answer(dataset));
}

/** What the parser of forms throws for a body that is none has no code; faults of the disk do. */
function isFormError(error: unknown): error is Error {
  return error instanceof Error && !('code' in error) && !('statusCode' in error);
}

class MalformedFormError extends DomainError {
  constructor(reason: string) {
    super('malformed', 'request.malformed', `The form cannot be read: ${reason}.`);
  }
}

/** Neither a form nor JSON. */
class UnsupportedBodyError extends DomainError {
  constructor() {
    super(
      'unsupported',
      'request.unsupported_type',
      'Send a file as multipart/form-data, or rows as application/json.',
    );
  }
}

/** The last part of a path, as the database can keep it. */
function fileName(sent: string | undefined): string {
  const base = (sent ?? '').split(/[\\/]/).at(-1) ?? '';
  const clean = base
    .toWellFormed()
    .replace(/\p{Cc}/gu, '')
    .trim();
  return clean.slice(0, MAX_FILE_NAME).toWellFormed() || 'file';
}
