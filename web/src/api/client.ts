import createClient from 'openapi-fetch';
import { noteConnection } from '../app/connection';
import { accessToken } from '../session/session';
import { OfflineError, toProblem } from './problem';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];

/**
 * fetch with the access token, renewed and tried once more when the service refuses it.
 *
 * @throws ProblemError for every answer that is no success, OfflineError when there is none
 */
export async function authorizedFetch(request: Request): Promise<Response> {
  const again = request.clone();
  const token = await accessToken();
  let response = await send(request, token);
  if (response.status === 401 && token) {
    const renewed = await accessToken(token);
    if (renewed) response = await send(again, renewed);
  }
  if (!response.ok) throw await toProblem(response);
  return response;
}

async function send(request: Request, token: string | undefined): Promise<Response> {
  if (token) request.headers.set('Authorization', `Bearer ${token}`);
  try {
    const response = await fetch(request);
    noteConnection(true);
    return response;
  } catch (error) {
    if (request.signal.aborted) throw error;
    noteConnection(false);
    throw new OfflineError();
  }
}

/** The service's contract, typed by what is generated from openapi.json. Errors are thrown, never returned. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: authorizedFetch });

/** The data of an answer whose errors have been thrown. */
export async function data<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T;
}
