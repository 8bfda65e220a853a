import type { DownloadView, StepView } from '../../../shared/contracts/api.ts';
import { type StateFacts, stepStates, toImageState } from '../../../shared/status/image-state.ts';
import { imageStates, type Tone } from '../../../shared/status/states.ts';
import { formatBytes } from '../../../shared/text/quantities.ts';
import { type Piece, type Style, withStyle } from '../../terminal.ts';

export const tones = {
  good: 'good',
  unproven: 'strong',
  careful: 'careful',
  bad: 'bad',
  busy: 'strong',
  quiet: 'dim',
} as const satisfies Record<Tone, Style>;

/** The state of the image in the words that the portal has too; a percent only where it is a share of the work. */
export function toState(image: StateFacts): Piece {
  const { key, percent } = toImageState(image);
  const { tone, word } = imageStates[key];
  return withStyle(tones[tone], percent === undefined ? word : `${word} ${Math.floor(percent)} %`);
}

const waits = { scratch: 'waits for scratch space', worker: 'waits for a free worker' } as const;

/** The current work of a running step. */
export function describeWork({ step, percent, waitsFor }: Pick<StepView, 'step' | 'percent' | 'waitsFor'>): string {
  if (waitsFor) return waits[waitsFor];
  return stepStates[step].hasPercent ? `${Math.floor(percent)} %` : 'running';
}

/** How much has come. */
export function describeReceived({ received, total }: DownloadView): string {
  return total ? `${Math.floor((received / total) * 100)} % of ${formatBytes(total)}` : formatBytes(received);
}
