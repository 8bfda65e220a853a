import { Label } from '@patternfly/react-core';
import type { MemberStatus } from '../../shared/contracts/image.ts';
import { useSpeech } from '../words/language.tsx';
import type { WordKey } from '../words/words.ts';

const looks = {
  pending: { word: 'memberPending', color: 'grey' },
  accepted: { word: 'memberAccepted', color: 'green' },
  rejected: { word: 'memberRejected', color: 'red' },
} as const satisfies Record<MemberStatus, { word: WordKey; color: string }>;

/** A project's answer to an image that is shared with it. */
export function AnswerLabel({ answer }: { answer: MemberStatus }) {
  const { t } = useSpeech();
  return (
    <Label color={looks[answer].color} isCompact>
      {t(looks[answer].word)}
    </Label>
  );
}
