import { ClipboardCopy } from '@patternfly/react-core';
import { useSpeech } from '../words/language.tsx';

/** A command line, to be read and copied. */
export function Command({ run, copyLabel }: { run: string; copyLabel: string }) {
  const { t } = useSpeech();
  return (
    <ClipboardCopy
      isReadOnly
      isCode
      hoverTip={t('copy')}
      clickTip={t('copied')}
      textAriaLabel={t('command')}
      copyAriaLabel={copyLabel}
      truncation={false}
    >
      {run}
    </ClipboardCopy>
  );
}
