import { Button, Skeleton, Toolbar, ToolbarContent, ToolbarItem } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useState } from 'react';
import { Link } from 'react-router';
import type { ImageSourceView, ImageView } from '../../shared/contracts/api.ts';
import { api } from '../api/client.ts';
import { describeFailure, Problem, useProblemWords } from '../shell/failure.tsx';
import { FormDialog } from '../shell/form-dialog.tsx';
import { Message } from '../shell/message.tsx';
import { useNotify } from '../shell/notices.tsx';
import { useFamilies } from './polled-data.ts';
import { SourceDialog } from './source-dialog.tsx';
import { useSpeech } from './speech.ts';

type FamilyRow = { family: string; latest?: ImageView | undefined; source?: ImageSourceView | undefined };

/** Families of platform images, with the newest of each and where it comes from. A family may have only one of the two. */
export function SourceTable() {
  const { t } = useSpeech();
  const { families, sources, error } = useFamilies();
  const [isSetting, setSetting] = useState(false);
  const [leaving, setLeaving] = useState<string>();
  if (!families || !sources) return error ? <Problem error={error} /> : <Skeleton screenreaderText={t('loading')} />;
  const names = [...new Set([...families, ...sources].map(({ family }) => family))].sort();
  const rows: FamilyRow[] = names.map((family) => ({
    family,
    latest: families.find((each) => each.family === family)?.latest,
    source: sources.find((each) => each.family === family),
  }));
  return (
    <>
      <Toolbar inset={{ default: 'insetNone' }}>
        <ToolbarContent>
          <ToolbarItem>
            <Button onClick={() => setSetting(true)}>{t('setSource')}</Button>
          </ToolbarItem>
        </ToolbarContent>
      </Toolbar>
      <p className="quiet">{t(rows.length === 0 ? 'noFamilies' : 'familiesHelp')}</p>
      {rows.length > 0 && (
        <Table aria-label={t('families')} variant="compact">
          <Thead noWrap>
            <Tr>
              <Th>{t('family')}</Th>
              <Th>{t('newestImage')}</Th>
              <Th>{t('origin')}</Th>
              <Th screenReaderText={t('actions')} />
            </Tr>
          </Thead>
          <Tbody>
            {rows.map((row) => (
              <SourceRow key={row.family} row={row} onRemove={() => setLeaving(row.family)} />
            ))}
          </Tbody>
        </Table>
      )}
      {isSetting && <SourceDialog onClose={() => setSetting(false)} />}
      {leaving !== undefined && <RemoveSource family={leaving} onClose={() => setLeaving(undefined)} />}
    </>
  );
}

function SourceRow({ row: { family, latest, source }, onRemove }: { row: FamilyRow; onRemove: () => void }) {
  const { t, time } = useSpeech();
  const notify = useNotify();
  const problemWords = useProblemWords();
  const refresh = async (): Promise<void> => {
    try {
      await api.refreshSource(family);
      notify({ variant: 'success', title: t('refreshing', { family }) });
    } catch (error) {
      notify({ variant: 'danger', ...problemWords(error) });
    }
  };
  return (
    <Tr>
      <Td dataLabel={t('family')}>{family}</Td>
      <Td dataLabel={t('newestImage')} modifier="breakWord">
        {latest ? (
          <>
            <Link to={`/images/${latest.id}`} className="guest-text">
              {latest.name}
            </Link>
            <div className="quiet figures">{time(latest.createdAt)}</div>
          </>
        ) : (
          '–'
        )}
      </Td>
      <Td dataLabel={t('origin')} modifier="breakWord">
        {source ? <Source source={source} /> : '–'}
      </Td>
      <Td dataLabel={t('actions')}>
        {source && (
          <div className="next-steps">
            <Button
              variant="secondary"
              size="sm"
              aria-label={t('refreshOf', { family })}
              onClick={() => void refresh()}
            >
              {t('refresh')}
            </Button>
            <Button variant="link" size="sm" aria-label={t('removeSourceOf', { family })} onClick={onRemove}>
              {t('removeSource')}
            </Button>
          </div>
        )}
      </Td>
    </Tr>
  );
}

function Source({ source: { url, everySeconds, mustBeSigned, lookedAt, failure } }: { source: ImageSourceView }) {
  const { t, time } = useSpeech();
  const words = failure ? describeFailure(failure) : undefined;
  const facts = [
    t('everyHours', { count: Math.round(everySeconds / 3600) }),
    ...(mustBeSigned ? [t('originSigned')] : []),
    lookedAt === null ? t('notLooked') : t('lookedAt', { time: time(lookedAt) }),
  ];
  return (
    <>
      <span className="guest-text">{url}</span>
      <div className="quiet figures">{facts.join(' · ')}</div>
      {words && (
        <Message isPlain variant="danger" title={words.title}>
          {words.body}
        </Message>
      )}
    </>
  );
}

function RemoveSource({ family, onClose }: { family: string; onClose: () => void }) {
  const { t } = useSpeech();
  const notify = useNotify();
  return (
    <FormDialog
      id="remove-source"
      title={t('removeSourceTitle')}
      action={t('removeSource')}
      isReady
      isDanger
      onSubmit={async () => {
        await api.deleteSource(family);
        notify({ variant: 'success', title: t('sourceIsRemoved', { family }) });
      }}
      onClose={onClose}
    >
      <p>{t('removeSourceHelp', { family })}</p>
    </FormDialog>
  );
}
