import { useSyncExternalStore } from 'react';
import { sessionStore, type SessionState, type User } from './session';

export function useSession(): SessionState {
  return useSyncExternalStore(sessionStore.subscribe, sessionStore.get);
}

/** Inside the screens that only somebody signed in sees. */
export function useUser(): User {
  const session = useSession();
  if (session.status !== 'signed-in') throw new Error('Nobody is signed in');
  return session.user;
}
