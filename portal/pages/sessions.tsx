import { Button, Label, PageSection, Title } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { SessionView } from '../../shared/contracts/api.ts';
import { api } from '../api/client.ts';
import { useProblemWords } from '../shell/failure.tsx';
import { useNotify } from '../shell/notices.tsx';
import { useSpeech } from '../words/language.tsx';
import { useTitle } from './title.ts';

const everyMs = 30_000;

/** Where one is signed in, and the way to be signed out there. */
export function SessionsPage() {
  const { t } = useSpeech();
  useTitle(t('sessions'));
  const queries = useQueryClient();
  const notify = useNotify();
  const problemWords = useProblemWords();
  const { data } = useQuery({ queryKey: ['sessions'], queryFn: api.sessions, refetchInterval: everyMs });
  const { mutate: end, isPending } = useMutation({
    mutationFn: async (id: string | 'others'): Promise<void> => {
      if (id === 'others') await api.endOtherSessions();
      else await api.endSession(id);
    },
    onSuccess: () => notify({ variant: 'success', title: t('sessionEnded') }),
    onError: (error) => notify({ variant: 'danger', ...problemWords(error) }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['sessions'] }),
  });
  const sessions = data?.sessions ?? [];
  const hasOthers = sessions.some(({ isCurrent }) => !isCurrent);
  return (
    <PageSection>
      <div className="stacked">
        <Title headingLevel="h1">{t('sessions')}</Title>
        <p className="quiet">{t('sessionsHelp')}</p>
        <Table aria-label={t('sessions')} variant="compact">
          <Thead noWrap>
            <Tr>
              <Th>{t('browser')}</Th>
              <Th>{t('from')}</Th>
              <Th>{t('signedInSince')}</Th>
              <Th>{t('lastUsed')}</Th>
              <Th screenReaderText={t('action')} />
            </Tr>
          </Thead>
          <Tbody>
            {sessions.map((session) => (
              <SessionRow key={session.id} session={session} isBusy={isPending} onEnd={() => end(session.id)} />
            ))}
          </Tbody>
        </Table>
        {hasOthers && (
          <div>
            <Button variant="secondary" isDanger isDisabled={isPending} onClick={() => end('others')}>
              {t('endOtherSessions')}
            </Button>
          </div>
        )}
      </div>
    </PageSection>
  );
}

function SessionRow({ session, isBusy, onEnd }: { session: SessionView; isBusy: boolean; onEnd: () => void }) {
  const { t, time } = useSpeech();
  const { browser, address, createdAt, lastUsedAt, isCurrent } = session;
  return (
    <Tr>
      <Td dataLabel={t('browser')}>{browser ?? t('unknownBrowser')}</Td>
      <Td dataLabel={t('from')}>{address ?? '–'}</Td>
      <Td dataLabel={t('signedInSince')} modifier="nowrap" className="figures">
        {time(createdAt)}
      </Td>
      <Td dataLabel={t('lastUsed')} modifier="nowrap" className="figures">
        {time(lastUsedAt)}
      </Td>
      <Td dataLabel={t('action')}>
        {isCurrent ? (
          <Label variant="outline">{t('thisBrowser')}</Label>
        ) : (
          <Button variant="link" isInline isDisabled={isBusy} onClick={onEnd}>
            {t('endSession')}
          </Button>
        )}
      </Td>
    </Tr>
  );
}
