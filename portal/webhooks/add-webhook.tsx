import {
  Button,
  ClipboardCopy,
  FormGroup,
  FormHelperText,
  HelperText,
  HelperTextItem,
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
  TextInput,
} from '@patternfly/react-core';
import { useState } from 'react';
import type { NewWebhook } from '../../shared/contracts/api.ts';
import { api } from '../api/client.ts';
import { isUrl } from '../shell/addresses.ts';
import { FormDialog } from '../shell/form-dialog.tsx';
import { useSpeechWith } from '../words/language.tsx';
import { webhookWords } from '../words/webhooks.ts';

export function AddWebhook({ onAdded, onClose }: { onAdded: (webhook: NewWebhook) => void; onClose: () => void }) {
  const { t } = useSpeechWith(webhookWords);
  const [url, setUrl] = useState('');
  const isBad = url !== '' && !isUrl(url);
  return (
    <FormDialog
      id="add-webhook"
      title={t('addWebhook')}
      action={t('addWebhook')}
      isReady={isUrl(url)}
      onSubmit={async () => onAdded(await api.createWebhook(url.trim()))}
      onClose={onClose}
    >
      <FormGroup label={t('address')} fieldId="webhook-url" isRequired>
        <TextInput
          id="webhook-url"
          type="url"
          value={url}
          isRequired
          maxLength={2048}
          autoComplete="off"
          validated={isBad ? 'error' : 'default'}
          aria-describedby="webhook-url-help"
          onChange={(_event, next) => setUrl(next)}
        />
        <FormHelperText>
          <HelperText id="webhook-url-help" isLiveRegion>
            <HelperTextItem {...(isBad ? { variant: 'error', screenReaderText: t('helperError') } : {})}>
              {t(isBad ? 'addressInvalid' : 'webhookUrlHelp')}
            </HelperTextItem>
          </HelperText>
        </FormHelperText>
      </FormGroup>
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
