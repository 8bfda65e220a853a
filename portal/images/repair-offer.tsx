import { Button } from '@patternfly/react-core';
import { WrenchIcon } from '@patternfly/react-icons/dist/esm/icons/wrench-icon';
import { useState } from 'react';
import type { ImageView, RunView, Self } from '../../shared/contracts/api.ts';
import { useSpeech } from '../words/language.tsx';
import { listActions } from './image-actions.ts';
import { RepairDialog } from './repair-dialog.tsx';

/** Where something was found that is not as it should be: the way to a new image without it. */
export function RepairOffer({ image, self, run }: { image: ImageView; self: Self; run: RunView }) {
  const { t } = useSpeech();
  const [isOpen, setOpen] = useState(false);
  const isTroubled = run.findings.some(
    ({ outcome, step }) => step === 'inspect' && (outcome === 'fail' || outcome === 'warn'),
  );
  if (!isTroubled || !listActions(image, self).repair) return null;
  return (
    <div className="spaced">
      <Button variant="secondary" icon={<WrenchIcon />} onClick={() => setOpen(true)}>
        {t('repairMenu')}
      </Button>
      {isOpen && <RepairDialog image={image} onClose={() => setOpen(false)} />}
    </div>
  );
}
