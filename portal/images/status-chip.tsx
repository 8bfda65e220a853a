import { Label } from '@patternfly/react-core';
import { CheckCircleIcon } from '@patternfly/react-icons/dist/esm/icons/check-circle-icon';
import { ClockIcon } from '@patternfly/react-icons/dist/esm/icons/clock-icon';
import { ExclamationCircleIcon } from '@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon';
import { ExclamationTriangleIcon } from '@patternfly/react-icons/dist/esm/icons/exclamation-triangle-icon';
import { InProgressIcon } from '@patternfly/react-icons/dist/esm/icons/in-progress-icon';
import type { ImageView } from '../../shared/contracts/api.ts';
import { useSpeech } from '../words/language.tsx';
import { type Tone, toChip } from './chip.ts';

const looks = {
  good: { color: 'green', icon: <CheckCircleIcon /> },
  careful: { color: 'yellow', icon: <ExclamationTriangleIcon /> },
  bad: { color: 'red', icon: <ExclamationCircleIcon /> },
  busy: { color: 'blue', icon: <InProgressIcon /> },
  quiet: { color: 'grey', icon: <ClockIcon /> },
} as const satisfies Record<Tone, object>;

/** Colour, icon and words together show the status, never one of them alone. */
export function StatusChip({ image }: { image: Pick<ImageView, 'status' | 'activity' | 'upload'> }) {
  const { t, percent } = useSpeech();
  const chip = toChip(image);
  return (
    <Label {...looks[chip.tone]} variant="outline">
      {t(chip.word)}
      {chip.percent === undefined ? '' : ` ${percent(chip.percent)}`}
    </Label>
  );
}
