import { FormGroup } from '@patternfly/react-core';
import { useState } from 'react';
import type { ImageView } from '../../shared/contracts/api.ts';
import { api } from '../api/client.ts';
import { FormDialog } from '../shell/form-dialog.tsx';
import { useNotify } from '../shell/notices.tsx';
import { useSpeech } from '../words/language.tsx';
import { nameProblem } from './image-name.ts';
import { NameField } from './name-field.tsx';

export function RenameDialog({ image, onClose }: { image: ImageView; onClose: () => void }) {
  const { t } = useSpeech();
  const notify = useNotify();
  const [name, setName] = useState(image.name);
  const rename = async (): Promise<void> => {
    await api.changeImage(image.id, { name: name.trim() });
    notify({ variant: 'success', title: t('renamed', { name: name.trim() }) });
  };
  return (
    <FormDialog
      id="rename"
      title={t('renameTitle')}
      action={t('save')}
      isReady={nameProblem(name) === undefined}
      onSubmit={rename}
      onClose={onClose}
    >
      <FormGroup label={t('name')} fieldId="rename-name" isRequired>
        <NameField id="rename-name" value={name} onChange={setName} ownId={image.id} />
      </FormGroup>
    </FormDialog>
  );
}
