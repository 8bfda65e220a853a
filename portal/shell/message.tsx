import { Alert } from '@patternfly/react-core';
import type { ReactNode } from 'react';
import { useSpeech } from '../words/language.tsx';
import type { WordKey } from '../words/words.ts';

export type Variant = 'danger' | 'warning' | 'info' | 'success';

/** Read aloud before the title, for colour and icon say nothing to everybody. */
export const variantWords = {
  danger: 'variantDanger',
  warning: 'variantWarning',
  info: 'variantInfo',
  success: 'variantSuccess',
} as const satisfies Record<Variant, WordKey>;

type Props = {
  variant: Variant;
  title: string;
  children?: ReactNode;
  isPlain?: boolean;
  /** Read aloud as soon as it is there. */
  isUrgent?: boolean;
  /** Where it heads a part of the page. */
  heading?: 'h2';
};

/** Something to be noticed, in its place on the page. */
export function Message({ variant, title, children, isPlain = false, isUrgent = false, heading }: Props) {
  const { t } = useSpeech();
  return (
    <Alert
      isInline
      isPlain={isPlain}
      variant={variant}
      title={title}
      variantLabel={t(variantWords[variant])}
      component={heading ?? 'p'}
      {...(isUrgent ? { role: 'alert' } : {})}
    >
      {children}
    </Alert>
  );
}
