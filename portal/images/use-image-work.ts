import { useQueryClient } from '@tanstack/react-query';
import type { ImageView, Self } from '../../shared/contracts/api.ts';
import type { MemberStatus } from '../../shared/contracts/image.ts';
import { api } from '../api/client.ts';
import { useProblemWords } from '../shell/failure.tsx';
import { useNotify } from '../shell/notices.tsx';
import { useSpeech } from '../words/language.tsx';

/** The work that one click does on an image. Says how it went; never throws. */
export function useImageWork({ id, name }: Pick<ImageView, 'id' | 'name'>) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const notify = useNotify();
  const problemWords = useProblemWords();
  const attempt = async (work: () => Promise<unknown>, done?: string): Promise<void> => {
    try {
      await work();
      if (done) notify({ variant: 'success', title: done });
      await queries.invalidateQueries();
    } catch (error) {
      notify({ variant: 'danger', ...problemWords(error) });
    }
  };
  return {
    download: () =>
      attempt(async () => {
        const { url } = await api.downloadLink(id);
        location.assign(url);
      }),
    retry: () => attempt(() => api.createRun(id), t('retried', { name })),
    stop: () => attempt(() => api.cancelRun(id), t('stopped', { name })),
    answer: ({ projectId }: Pick<Self, 'projectId'>, status: MemberStatus) =>
      attempt(
        () => api.answerShare(id, projectId, status),
        t(status === 'accepted' ? 'acceptedShare' : 'declinedShare', { name }),
      ),
  };
}
