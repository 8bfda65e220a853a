import { useState } from 'react';
import type { ChangeQuota, ProjectQuota } from '../../shared/contracts/api.ts';
import { api } from '../api/client.ts';
import { FormDialog } from '../shell/form-dialog.tsx';
import { useNotify } from '../shell/notices.tsx';
import { TextField } from '../shell/text-field.tsx';
import { readAmount, toText } from './amount.ts';
import { useSpeech } from './speech.ts';

/** In what each limit is typed. */
const limitUnits = { bytes: 1024 ** 3, images: 1, uploads: 1 } as const;
const words = { bytes: 'quotaOfBytes', images: 'quotaOfImages', uploads: 'quotaOfUploads' } as const;
const resources = ['bytes', 'images', 'uploads'] as const;

/** Limits of one project; what is left empty follows the installation. Only what was changed is sent. */
export function QuotaDialog({ quota: { projectId, own }, onClose }: { quota: ProjectQuota; onClose: () => void }) {
  const { t } = useSpeech();
  const notify = useNotify();
  const [texts, setTexts] = useState({
    bytes: toText(own.bytes, limitUnits.bytes),
    images: toText(own.images, limitUnits.images),
    uploads: toText(own.uploads, limitUnits.uploads),
  });
  const amounts = resources.map((each) => [each, readAmount(texts[each], limitUnits[each])] as const);
  const isSound = amounts.every(([, amount]) => amount !== undefined);

  const save = async (): Promise<void> => {
    const wasTyped = (each: (typeof resources)[number]) => texts[each] !== toText(own[each], limitUnits[each]);
    await api.changeQuota(projectId, Object.fromEntries(amounts.filter(([each]) => wasTyped(each))) as ChangeQuota);
    notify({ variant: 'success', title: t('quotaSaved', { project: projectId }) });
  };
  return (
    <FormDialog
      id="quota"
      title={t('quotaTitle', { project: projectId })}
      help={t('quotaHelp')}
      action={t('save')}
      isReady={isSound}
      onSubmit={save}
      onClose={onClose}
    >
      {amounts.map(([each, amount]) => (
        <TextField
          key={each}
          id={`quota-${each}`}
          label={t(words[each])}
          inputMode="decimal"
          value={texts[each]}
          placeholder={t('quotaInherited')}
          problem={amount === undefined ? t('quotaWrong') : undefined}
          onChange={(text) => setTexts((before) => ({ ...before, [each]: text }))}
        />
      ))}
    </FormDialog>
  );
}
