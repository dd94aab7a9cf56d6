import { OfflineError, toProblem } from '../api/problem';
import { accessToken } from '../session/session';

export interface SendOptions {
  /** 0..1 of the bytes that have left. */
  onProgress?: (share: number) => void;
  signal?: AbortSignal;
}

/** Whether an error says only that somebody has cancelled. */
export function isCancelled(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

/**
 * Sends a file as the part `file` of a form, telling how far it is: what fetch cannot do.
 *
 * @returns what the service answers, as it came
 * @throws ProblemError as the service says, with the place in the file; OfflineError when the connection breaks
 */
export async function sendFile(path: string, file: File, { onProgress, signal }: SendOptions = {}): Promise<Blob> {
  const token = await accessToken();
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Blob>();
  const request = new XMLHttpRequest();
  request.open('POST', path);
  request.setRequestHeader('Authorization', `Bearer ${token ?? ''}`);
  request.responseType = 'blob';
  request.upload.onprogress = ({ loaded, total }) => onProgress?.(total > 0 ? loaded / total : 0);
  request.onload = () => {
    const answer = request.response as Blob;
    if (request.status < 300) resolve(answer);
    else void toProblem(new Response(answer, { status: request.status })).then(reject);
  };
  request.onerror = () => {
    reject(new OfflineError());
  };
  request.onabort = () => {
    reject(new DOMException('Cancelled.', 'AbortError'));
  };
  signal?.addEventListener('abort', () => {
    request.abort();
  });
  const form = new FormData();
  form.append('file', file);
  request.send(form);
  return promise;
}
