import { FormGroup, FormHelperText, HelperText, HelperTextItem, TextInput } from '@patternfly/react-core';
import { useState } from 'react';
import type { ImageView } from '../../shared/contracts/api.ts';
import { api } from '../api/client.ts';
import { FormDialog } from '../shell/form-dialog.tsx';
import { useNotify } from '../shell/notices.tsx';
import { useSpeech } from '../words/language.tsx';

/** Makes an image a platform image, which the provider offers to everyone. */
export function PromoteDialog({ image, onClose }: { image: ImageView; onClose: () => void }) {
  const { t } = useSpeech();
  const notify = useNotify();
  const [family, setFamily] = useState(image.family ?? '');
  const promote = async (): Promise<void> => {
    await api.promote(image.id, family.trim());
    notify({ variant: 'success', title: t('promoted', { name: image.name, family: family.trim() }) });
  };
  return (
    <FormDialog
      id="promote"
      title={t('promoteTitle')}
      help={t('promoteHelp')}
      action={t('promote')}
      isReady={family.trim() !== ''}
      onSubmit={promote}
      onClose={onClose}
    >
      <FormGroup label={t('family')} fieldId="promote-family" isRequired>
        <TextInput
          id="promote-family"
          value={family}
          isRequired
          autoComplete="off"
          aria-describedby="promote-family-help"
          onChange={(_event, next) => setFamily(next)}
        />
        <FormHelperText>
          <HelperText id="promote-family-help">
            <HelperTextItem>{t('familyHelp')}</HelperTextItem>
          </HelperText>
        </FormHelperText>
      </FormGroup>
    </FormDialog>
  );
}
