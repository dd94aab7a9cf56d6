import type { Response } from 'supertest';
import type { TestUser } from '../factories/users.js';
import type { TestApp } from './app.js';

/** An answer whose body is taken to be a `T`. */
export type Answer<T> = Omit<Response, 'body'> & { body: T };

/** Requests below `/api/v1` of one user, each with the status that it has to be answered with. */
export function api({ http }: Pick<TestApp, 'http'>, { auth }: Pick<TestUser, 'auth'>) {
  return {
    async get<T>(path: string, status = 200, headers: Record<string, string> = {}): Promise<Answer<T>> {
      return await http.get(`/api/v1${path}`).set(auth).set(headers).expect(status);
    },
    async post<T>(path: string, body: object, status: number): Promise<Answer<T>> {
      return await http.post(`/api/v1${path}`).set(auth).send(body).expect(status);
    },
    async delete(path: string, status = 204): Promise<Answer<unknown>> {
      return await http.delete(`/api/v1${path}`).set(auth).expect(status);
    },
  };
}

/** For `parse`: the answer's bytes as its body. */
export function binary(answer: Response, done: (error: Error | null, body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  const stream = answer as unknown as NodeJS.ReadableStream;
  stream.on('data', (chunk: Buffer) => chunks.push(Buffer.from(chunk)));
  stream.on('end', () => {
    done(null, Buffer.concat(chunks));
  });
}
