import { Button, ClipboardCopy, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { useState } from 'react';
import type { NewWebhook } from '../../shared/contracts/api.ts';
import { api } from '../api/client.ts';
import { isUrl } from '../shell/addresses.ts';
import { FormDialog } from '../shell/form-dialog.tsx';
import { TextField } from '../shell/text-field.tsx';
import { useSpeechWith } from '../words/language.tsx';
import { webhookWords } from '../words/webhooks.ts';

export function AddWebhook({ onAdded, onClose }: { onAdded: (webhook: NewWebhook) => void; onClose: () => void }) {
  const { t } = useSpeechWith(webhookWords);
  const [url, setUrl] = useState('');
  return (
    <FormDialog
      id="add-webhook"
      title={t('addWebhook')}
      action={t('addWebhook')}
      isReady={isUrl(url)}
      onSubmit={async () => onAdded(await api.createWebhook(url.trim()))}
      onClose={onClose}
    >
      <TextField
        id="webhook-url"
        label={t('address')}
        type="url"
        value={url}
        isRequired
        maxLength={2048}
        help={t('webhookUrlHelp')}
        problem={url !== '' && !isUrl(url) ? t('addressInvalid') : undefined}
        onChange={setUrl}
      />
    </FormDialog>
  );
}

/** The secret of its signatures. The API tells it once. */
export function WebhookSecret({ secret, onClose }: { secret: string; onClose: () => void }) {
  const { t } = useSpeechWith(webhookWords);
  return (
    <Modal isOpen variant="small" aria-labelledby="webhook-secret-title">
      <ModalHeader
        title={t('webhookSecretTitle')}
        labelId="webhook-secret-title"
        description={t('webhookSecretHelp')}
      />
      <ModalBody>
        <ClipboardCopy
          isReadOnly
          hoverTip={t('copy')}
          clickTip={t('copied')}
          textAriaLabel={t('webhookSecret')}
          copyAriaLabel={t('copyWhat', { what: t('webhookSecret') })}
        >
          {secret}
        </ClipboardCopy>
      </ModalBody>
      <ModalFooter>
        <Button onClick={onClose}>{t('close')}</Button>
      </ModalFooter>
    </Modal>
  );
}
