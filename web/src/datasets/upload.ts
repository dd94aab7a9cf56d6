import type { Schemas } from '../api/client';
import { OfflineError, ProblemError } from '../api/problem';
import { accessToken } from '../session/session';

interface Options {
  /** 0..1 of the bytes that have left. */
  onProgress?: (share: number) => void;
  signal?: AbortSignal;
}

/**
 * Uploads a file, telling how far it is: what fetch cannot do.
 *
 * @throws ProblemError as the service says, with the place in the file; OfflineError when the connection breaks
 */
export async function uploadDataset(chatId: string, file: File, options: Options = {}): Promise<Schemas['DatasetDto']> {
  const token = await accessToken();
  const { promise, resolve, reject } = Promise.withResolvers<Schemas['DatasetDto']>();
  const request = new XMLHttpRequest();
  request.open('POST', `/api/v1/chats/${chatId}/datasets`);
  request.setRequestHeader('Authorization', `Bearer ${token ?? ''}`);
  request.responseType = 'json';
  request.upload.onprogress = ({ loaded, total }) => options.onProgress?.(total > 0 ? loaded / total : 0);
  request.onload = () => {
    const body = request.response as Schemas['DatasetDto'] & Schemas['Problem'];
    if (request.status === 201) resolve(body);
    else reject(new ProblemError(request.status, body.code, body.detail, body.errors));
  };
  request.onerror = () => {
    reject(new OfflineError());
  };
  request.onabort = () => {
    reject(new DOMException('The upload was cancelled.', 'AbortError'));
  };
  options.signal?.addEventListener('abort', () => {
    request.abort();
  });
  const form = new FormData();
  form.append('file', file);
  request.send(form);
  return promise;
}
