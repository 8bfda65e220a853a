import { Button } from '@patternfly/react-core';
import { WrenchIcon } from '@patternfly/react-icons/dist/esm/icons/wrench-icon';
import { useState } from 'react';
import type { ImageView, RunView, Self } from '../../shared/contracts/api.ts';
import { useSpeech } from '../words/language.tsx';
import { listActions } from './image-actions.ts';
import { RepairDialog } from './repair-dialog.tsx';

type Props = { image: ImageView; self: Self; run: RunView; isPrimary?: boolean };

/** Where something was found that is not as it should be: the way to a new image without it. */
export function RepairOffer({ image, self, run, isPrimary = false }: Props) {
  const { t } = useSpeech();
  const [isOpen, setOpen] = useState(false);
  const isTroubled = run.findings.some(
    ({ outcome, step }) => (step === 'inspect' || step === 'boot-check') && (outcome === 'fail' || outcome === 'warn'),
  );
  if (!isTroubled || listActions(image, self).repair !== true) return null;
  return (
    <div>
      <Button variant={isPrimary ? 'primary' : 'secondary'} icon={<WrenchIcon />} onClick={() => setOpen(true)}>
        {t('repairMenu')}
      </Button>
      {isOpen && <RepairDialog image={image} onClose={() => setOpen(false)} />}
    </div>
  );
}
