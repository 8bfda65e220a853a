import { Button, Label, Switch } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useState } from 'react';
import { Link } from 'react-router';
import type { UploadEventView } from '../../shared/contracts/api.ts';
import { useProblemWords } from '../shell/failure.tsx';
import { useNotify } from '../shell/notices.tsx';
import { useEvents, useReplay } from './polled-data.ts';
import type { WordKey } from './speech.ts';
import { useSpeech } from './speech.ts';

const outcomeWords: Record<UploadEventView['outcome'], WordKey> = {
  received: 'eventReceived',
  started: 'eventStarted',
  duplicate: 'eventDuplicate',
  'no-object': 'eventNoObject',
  ignored: 'eventIgnored',
  failed: 'eventFailed',
};
const outcomeColors = {
  received: 'blue',
  started: 'green',
  duplicate: 'grey',
  'no-object': 'yellow',
  ignored: 'grey',
  failed: 'red',
} as const;

/** Nothing follows from these: the upload already is an image, or is not one. Stores announce more than uploads. */
function isNoise(outcome: UploadEventView['outcome']): boolean {
  return outcome === 'ignored' || outcome === 'duplicate';
}

/** Storage notifications and their results. Replaying one is safe: an upload becomes one image, however often it is announced. */
export function EventInbox() {
  const { t, time } = useSpeech();
  const [isUnsettledOnly, setUnsettledOnly] = useState(false);
  const [isAllShown, setAllShown] = useState(false);
  const { data: all = [], hasNextPage, fetchNextPage } = useEvents(isUnsettledOnly);
  const events = isAllShown ? all : all.filter(({ outcome }) => !isNoise(outcome));
  const folded = all.length - events.length;
  const replay = useReplay();
  const notify = useNotify();
  const problemWords = useProblemWords();
  const again = (id: number): void =>
    replay.mutate(id, {
      onSuccess: () => notify({ variant: 'success', title: t('replayed') }),
      onError: (error) => notify({ variant: 'danger', ...problemWords(error) }),
    });
  return (
    <>
      <Switch
        id="unsettled-only"
        label={t('unsettledOnly')}
        isChecked={isUnsettledOnly}
        onChange={(_event, checked) => setUnsettledOnly(checked)}
      />
      {folded > 0 && (
        <p className="quiet">
          {t('foldedEvents', { count: folded })}{' '}
          <Button variant="link" isInline onClick={() => setAllShown(true)}>
            {t('unfoldEvents')}
          </Button>
        </p>
      )}
      {all.length === 0 && <p className="quiet">{t('noEvents')}</p>}
      {events.length > 0 && (
        <Table aria-label={t('notifications')} variant="compact">
          <Thead noWrap>
            <Tr>
              <Th>{t('received')}</Th>
              <Th>{t('source')}</Th>
              <Th>{t('objectKey')}</Th>
              <Th>{t('outcome')}</Th>
              <Th screenReaderText={t('actions')} />
            </Tr>
          </Thead>
          <Tbody>
            {events.map((event) => (
              <Tr key={event.id}>
                <Td dataLabel={t('received')} modifier="nowrap" className="figures">
                  {time(event.receivedAt)}
                  {event.receipts > 1 && <div className="quiet">{t('receipts', { count: event.receipts })}</div>}
                </Td>
                <Td dataLabel={t('source')}>
                  {event.source}
                  <div className="quiet">{event.eventName}</div>
                </Td>
                <Td dataLabel={t('objectKey')} modifier="breakWord">
                  <span className="guest-text">{event.key}</span>
                </Td>
                <Td dataLabel={t('outcome')} modifier="breakWord">
                  <Label color={outcomeColors[event.outcome]} variant="outline">
                    {t(outcomeWords[event.outcome])}
                  </Label>
                  {event.imageId && (
                    <>
                      {' '}
                      <Link to={`/images/${event.imageId}`}>{t('image')}</Link>
                    </>
                  )}
                  {event.detail && <div className="guest-text quiet">{event.detail}</div>}
                </Td>
                <Td isActionCell>
                  <Button
                    variant="secondary"
                    size="sm"
                    aria-label={t('replayOf', { key: event.key })}
                    isDisabled={replay.isPending}
                    onClick={() => again(event.id)}
                  >
                    {t('replay')}
                  </Button>
                </Td>
              </Tr>
            ))}
          </Tbody>
        </Table>
      )}
      {hasNextPage && (
        <Button variant="link" onClick={() => void fetchNextPage()}>
          {t('showMore')}
        </Button>
      )}
    </>
  );
}
