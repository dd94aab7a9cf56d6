import { OfflineError, toProblem } from '../api/problem';
import { noteConnection } from '../app/connection';
import type { components } from '../api/schema';

export type User = components['schemas']['UserDto'];
type SignedIn = components['schemas']['SignedInDto'];

/** Who is signed in: not known until the first refresh has answered. */
export type SessionState = { status: 'unknown' } | { status: 'signed-out' } | { status: 'signed-in'; user: User };

/** Set once a browser has signed in: without it no refresh is tried, for there can be no cookie. */
const HAS_SIGNED_IN = 'centroid.signed-in';
/** An access token is renewed this long before it ends, for clocks and slow networks. */
const EARLY_MS = 30_000;
const AUTH = '/api/v1/auth';
/** While it is not known who is signed in, the service is asked again this often. */
const AGAIN_MS = 5_000;

let state: SessionState = localStorage.getItem(HAS_SIGNED_IN) ? { status: 'unknown' } : { status: 'signed-out' };
let token: { value: string; expires: number } | undefined;
const listeners = new Set<() => void>();
// Signing in or out in one tab is seen by the others.
const tabs = new BroadcastChannel('centroid.session');
tabs.onmessage = () => {
  token = undefined;
  set(localStorage.getItem(HAS_SIGNED_IN) ? { status: 'unknown' } : { status: 'signed-out' });
  void findOut();
};

function set(next: SessionState): void {
  state = next;
  for (const listener of listeners) listener();
}

/** For `useSyncExternalStore`. */
export const sessionStore = {
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  get: (): SessionState => state,
};

async function post(path: string, body: unknown, bearer?: string): Promise<Response> {
  try {
    const response = await fetch(`${AUTH}/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...(bearer && { Authorization: `Bearer ${bearer}` }) },
      body: JSON.stringify(body),
    });
    noteConnection(true);
    return response;
  } catch {
    noteConnection(false);
    throw new OfflineError();
  }
}

function accept({ accessToken: value, expiresIn, user }: SignedIn): void {
  token = { value, expires: Date.now() + expiresIn * 1000 };
  localStorage.setItem(HAS_SIGNED_IN, '1');
  set({ status: 'signed-in', user });
}

function forget(): void {
  token = undefined;
  localStorage.removeItem(HAS_SIGNED_IN);
  set({ status: 'signed-out' });
}

/** @throws ProblemError as the service says, OfflineError when it does not answer */
export async function enter(how: 'login' | 'register', credentials: object): Promise<void> {
  const response = await post(how, credentials);
  if (!response.ok) throw await toProblem(response);
  accept((await response.json()) as SignedIn);
  tabs.postMessage('changed');
}

/** Ends this session here and on the service; here also when the service cannot be told. */
export async function signOut(): Promise<void> {
  const bearer = token?.value;
  forget();
  tabs.postMessage('changed');
  await post('logout', {}, bearer).catch(() => undefined);
}

/** After the user's own data has changed. */
export function setUser(user: User): void {
  if (state.status === 'signed-in') set({ status: 'signed-in', user });
}

/** Asks who is signed in until there is an answer; at once where nobody has signed in before. */
export async function findOut(): Promise<void> {
  while (state.status === 'unknown') {
    try {
      await accessToken();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

/**
 * A good access token, renewed by the refresh cookie when need be; undefined when nobody is signed in. Tabs take
 * turns, so that none of them spends a refresh token that another is just using.
 *
 * @param spent a token that the service has just refused
 */
export async function accessToken(spent?: string): Promise<string | undefined> {
  if (state.status === 'signed-out') return undefined;
  if (token && token.value !== spent && token.expires - EARLY_MS > Date.now()) return token.value;
  const before = token;
  return inTurn(async () => {
    if (token && token !== before) return token.value;
    const response = await post('refresh', {});
    if (response.ok) {
      accept((await response.json()) as SignedIn);
      return token?.value;
    }
    // Away or overloaded is not signed out.
    if (response.status !== 401 && response.status !== 403) throw await toProblem(response);
    forget();
    return undefined;
  });
}

/** One after the other across tabs; across this one alone where a plain address denies the page its locks. */
let last: Promise<unknown> = Promise.resolve();
function inTurn<T>(task: () => Promise<T>): Promise<T> {
  if (isSecureContext) return navigator.locks.request('centroid.refresh', task);
  const mine = last.then(task, task);
  last = mine;
  return mine;
}
