import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { AuditFilter } from '../../shared/contracts/operations.ts';
import type { QuotaSort } from '../../shared/limits/quota.ts';
import { api } from '../api/client.ts';

/** Often enough for a user who watches, in ms; a page in the background asks nothing. */
const everyMs = 3000;

export function useOperations() {
  return useQuery({ queryKey: ['operations'], queryFn: api.operations, refetchInterval: everyMs });
}

export function useEndedRuns() {
  return useQuery({ queryKey: ['ended-runs'], queryFn: api.endedRuns, refetchInterval: 10 * everyMs });
}

export function useEvents(isUnsettledOnly: boolean) {
  return useInfiniteQuery({
    queryKey: ['upload-events', isUnsettledOnly],
    queryFn: ({ pageParam }) =>
      api.uploadEvents({
        ...(isUnsettledOnly ? { settled: 'false' } : {}),
        ...(pageParam === undefined ? {} : { before: pageParam }),
      }),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next,
    select: ({ pages }) => pages.flatMap(({ events }) => events),
    refetchInterval: everyMs,
  });
}

export function useReplay() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: number) => api.replayEvent(id),
    onSettled: () => client.invalidateQueries({ queryKey: ['upload-events'] }),
  });
}

export const quotasOnPage = 50;

/** The sum is computed each time, so it is asked less often than values that change every second. */
export function useQuotas(sort: QuotaSort, offset: number) {
  return useQuery({
    queryKey: ['quotas', sort, offset],
    queryFn: () => api.quotas({ sort, offset, limit: quotasOnPage }),
    placeholderData: keepPreviousData,
    refetchInterval: 10 * everyMs,
  });
}

/** Families of platform images, and where they come from. */
export function useFamilies() {
  const families = useQuery({ queryKey: ['families'], queryFn: api.families, refetchInterval: 10 * everyMs });
  const sources = useQuery({ queryKey: ['sources'], queryFn: api.sources, refetchInterval: everyMs });
  return {
    families: families.data?.families,
    sources: sources.data?.sources,
    error: families.error ?? sources.error,
  };
}

export function useKeys() {
  return useQuery({ queryKey: ['keys'], queryFn: api.keys, refetchInterval: 10 * everyMs });
}

export function useAuditLog(filter: AuditFilter) {
  return useInfiniteQuery({
    queryKey: ['audit-log', filter],
    queryFn: ({ pageParam }) => api.auditLog({ ...filter, ...(pageParam === undefined ? {} : { before: pageParam }) }),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next,
    select: ({ pages }) => pages.flatMap(({ entries }) => entries),
  });
}
