import type { ReactNode } from 'react';
import { ApiProblem } from '../api/client.ts';
import { useSpeech } from '../words/language.tsx';
import { Message } from './message.tsx';

/** A failure in the API's form and in the language of the page. */
type FailureView = { code: string; message: string; remedy?: string | undefined };
type Words = { title: string; body?: ReactNode };

export function describeFailure({ message, remedy }: FailureView): Words {
  return { title: message, ...(remedy ? { body: remedy } : {}) };
}

/** Anything thrown, in words. */
export function useProblemWords(): (error: unknown) => Words {
  const { t } = useSpeech();
  return (error) =>
    error instanceof ApiProblem && error.status !== 0
      ? describeFailure(error)
      : { title: t('unreachable'), body: t('unreachableHelp') };
}

function InPlace({ title, body }: Words) {
  return (
    <Message variant="danger" title={title}>
      {body}
    </Message>
  );
}

/** Shows an error in its place on the page; without an error, shows nothing. */
export function Problem({ error }: { error: unknown }) {
  const problemWords = useProblemWords();
  return error === undefined || error === null ? null : <InPlace {...problemWords(error)} />;
}
