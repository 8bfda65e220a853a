import { useQuery } from '@tanstack/react-query';
import { ApiProblem, api } from './client.ts';

/** Undefined while it is not known, null if nobody is signed in. */
export function useSelf() {
  return useQuery({
    queryKey: ['self'],
    queryFn: () =>
      api.self().catch((error: unknown) => {
        if (error instanceof ApiProblem && error.status === 401) return null;
        throw error;
      }),
    staleTime: 60_000,
  });
}
