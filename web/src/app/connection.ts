import { useSyncExternalStore } from 'react';

/** Whether the service can be reached, as far as the last attempt has shown. */
let reachable = true;
const listeners = new Set<() => void>();

function set(next: boolean): void {
  if (next === reachable) return;
  reachable = next;
  for (const listener of listeners) listener();
}

/** After an answer, whatever it was, or after none. */
export function noteConnection(answered: boolean): void {
  set(answered);
}

/** Asks for a sign of life that costs nothing; true when there is one. */
export async function tryConnection(): Promise<boolean> {
  try {
    await fetch('/health/live', { cache: 'no-store' });
    set(true);
  } catch {
    set(false);
  }
  return reachable;
}

addEventListener('offline', () => {
  set(false);
});
addEventListener('online', () => void tryConnection());

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export function useReachable(): boolean {
  return useSyncExternalStore(subscribe, () => reachable);
}
