import {
  Button,
  EmptyState,
  EmptyStateActions,
  EmptyStateBody,
  EmptyStateFooter,
  Label,
  PageSection,
  Skeleton,
  Title,
} from '@patternfly/react-core';
import { BellIcon } from '@patternfly/react-icons/dist/esm/icons/bell-icon';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { NewWebhook, WebhookView } from '../../shared/contracts/api.ts';
import { api } from '../api/client.ts';
import { Problem } from '../shell/failure.tsx';
import { FormDialog } from '../shell/form-dialog.tsx';
import { useNotify } from '../shell/notices.tsx';
import { AddWebhook, WebhookSecret } from '../webhooks/add-webhook.tsx';
import { useSpeechWith } from '../words/language.tsx';
import { webhookWords } from '../words/webhooks.ts';
import { useTitle } from './title.ts';

/** The addresses that are called when an image of the project comes to its end. */
export function WebhooksPage() {
  const { t } = useSpeechWith(webhookWords);
  useTitle(t('webhooks'));
  const { data, error } = useQuery({ queryKey: ['webhooks'], queryFn: api.webhooks });
  const [isAdding, setAdding] = useState(false);
  const [added, setAdded] = useState<NewWebhook>();
  const [leaving, setLeaving] = useState<WebhookView>();
  const add = <Button onClick={() => setAdding(true)}>{t('addWebhook')}</Button>;
  return (
    <PageSection>
      <div className="stacked">
        <Title headingLevel="h1">{t('webhooks')}</Title>
        {error && <Problem error={error} />}
        {!data && !error && <Skeleton screenreaderText={t('loading')} />}
        {data?.webhooks.length === 0 && (
          <EmptyState titleText={t('noWebhooks')} headingLevel="h2" icon={BellIcon}>
            <EmptyStateBody>{t('webhooksHelp')}</EmptyStateBody>
            <EmptyStateFooter>
              <EmptyStateActions>{add}</EmptyStateActions>
            </EmptyStateFooter>
          </EmptyState>
        )}
        {data && data.webhooks.length > 0 && (
          <>
            <p className="quiet">{t('webhooksHelp')}</p>
            <WebhookTable webhooks={data.webhooks} onDisable={setLeaving} />
            <div>{add}</div>
          </>
        )}
      </div>
      {isAdding && <AddWebhook onAdded={setAdded} onClose={() => setAdding(false)} />}
      {added && <WebhookSecret secret={added.secret} onClose={() => setAdded(undefined)} />}
      {leaving && <Disable webhook={leaving} onClose={() => setLeaving(undefined)} />}
    </PageSection>
  );
}

type TableProps = { webhooks: readonly WebhookView[]; onDisable: (webhook: WebhookView) => void };

function WebhookTable({ webhooks, onDisable }: TableProps) {
  const { t, time } = useSpeechWith(webhookWords);
  return (
    <Table aria-label={t('webhooks')} variant="compact">
      <Thead noWrap>
        <Tr>
          <Th>{t('address')}</Th>
          <Th>{t('webhookState')}</Th>
          <Th>{t('created')}</Th>
          <Th screenReaderText={t('actions')} />
        </Tr>
      </Thead>
      <Tbody>
        {webhooks.map((webhook) => (
          <Tr key={webhook.id}>
            <Td dataLabel={t('address')} modifier="breakWord">
              <span className="guest-text">{webhook.url}</span>
            </Td>
            <Td dataLabel={t('webhookState')}>
              {webhook.disabledAt === null ? (
                <Label color="green">{t('webhookActive')}</Label>
              ) : (
                <Label color="grey">{t('webhookDisabled')}</Label>
              )}
            </Td>
            <Td dataLabel={t('created')} modifier="nowrap" className="figures">
              {time(webhook.createdAt)}
            </Td>
            <Td dataLabel={t('actions')}>
              {webhook.disabledAt === null && (
                <Button
                  variant="link"
                  isInline
                  aria-label={t('disableWebhook', { url: webhook.url })}
                  onClick={() => onDisable(webhook)}
                >
                  {t('disable')}
                </Button>
              )}
            </Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}

function Disable({ webhook: { id, url }, onClose }: { webhook: WebhookView; onClose: () => void }) {
  const { t } = useSpeechWith(webhookWords);
  const notify = useNotify();
  return (
    <FormDialog
      id="disable-webhook"
      title={t('disableWebhookTitle')}
      action={t('disable')}
      isReady
      isDanger
      onSubmit={async () => {
        await api.disableWebhook(id);
        notify({ variant: 'success', title: t('webhookIsDisabled') });
      }}
      onClose={onClose}
    >
      <p className="guest-text">{t('disableWebhookHelp', { url })}</p>
    </FormDialog>
  );
}
