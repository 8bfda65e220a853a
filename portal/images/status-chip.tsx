import { Label } from '@patternfly/react-core';
import { CheckCircleIcon } from '@patternfly/react-icons/dist/esm/icons/check-circle-icon';
import { ClockIcon } from '@patternfly/react-icons/dist/esm/icons/clock-icon';
import { ExclamationCircleIcon } from '@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon';
import { ExclamationTriangleIcon } from '@patternfly/react-icons/dist/esm/icons/exclamation-triangle-icon';
import { InProgressIcon } from '@patternfly/react-icons/dist/esm/icons/in-progress-icon';
import { OutlinedCircleIcon } from '@patternfly/react-icons/dist/esm/icons/outlined-circle-icon';
import type { ImageView } from '../../shared/contracts/api.ts';
import { type ImageState, toImageState } from '../../shared/status/image-state.ts';
import { imageStates, type Tone } from '../../shared/status/states.ts';
import { useUploadHere } from '../upload/uploads-context.tsx';
import { useSpeech } from '../words/language.tsx';

const looks = {
  good: { color: 'green', icon: <CheckCircleIcon /> },
  unproven: { color: 'teal', icon: <OutlinedCircleIcon /> },
  careful: { color: 'yellow', icon: <ExclamationTriangleIcon /> },
  bad: { color: 'red', icon: <ExclamationCircleIcon /> },
  busy: { color: 'blue', icon: <InProgressIcon /> },
  quiet: { color: 'grey', icon: <ClockIcon /> },
} as const satisfies Record<Tone, object>;

/** Colour, icon and words together show the status, never one of them alone. */
export function StatusChip({ image }: { image: ImageView }) {
  return <StateChip state={toImageState(image, useUploadHere(image.id))} />;
}

export function StateChip({ state: { key, percent: share } }: { state: ImageState }) {
  const { say, percent } = useSpeech();
  const { tone, label, sentence } = imageStates[key];
  return (
    <Label {...looks[tone]} variant="outline" title={say(sentence)}>
      {say(label)}
      {share === undefined ? '' : ` ${percent(share)}`}
    </Label>
  );
}
