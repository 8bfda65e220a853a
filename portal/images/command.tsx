import { ClipboardCopy } from '@patternfly/react-core';
import { useSpeech } from '../words/language.tsx';

/** A command line, to be read as a whole and copied: people run it as root. */
export function Command({ run, copyLabel }: { run: string; copyLabel: string }) {
  const { t } = useSpeech();
  return (
    <ClipboardCopy
      variant="inline-compact"
      isCode
      isBlock
      className="command"
      role="group"
      aria-label={t('command')}
      hoverTip={t('copy')}
      clickTip={t('copied')}
      copyAriaLabel={copyLabel}
    >
      {run}
    </ClipboardCopy>
  );
}
