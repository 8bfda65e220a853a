import { useState } from 'react';
import type { ImageView } from '../../shared/contracts/api.ts';
import { api } from '../api/client.ts';
import { FormDialog } from '../shell/form-dialog.tsx';
import { useNotify } from '../shell/notices.tsx';
import { TextField } from '../shell/text-field.tsx';
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
      <TextField
        id="promote-family"
        label={t('family')}
        value={family}
        isRequired
        help={t('familyHelp')}
        onChange={setFamily}
      />
    </FormDialog>
  );
}
