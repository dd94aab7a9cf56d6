import { QueryClient } from '@tanstack/react-query';
import { OfflineError, ProblemError } from '../api/problem';

/** Asks again only where that can help: when nobody answered, or the service was too busy. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (count, error) =>
        count < 2 && (error instanceof OfflineError || (error instanceof ProblemError && error.status >= 500)),
    },
  },
});
