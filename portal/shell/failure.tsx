import type { ReactNode } from 'react';
import { describeErrorCode, isErrorCode } from '../../shared/error-codes.ts';
import { ApiProblem } from '../api/client.ts';
import { useSpeech } from '../words/language.tsx';
import { Message } from './message.tsx';

/** A failure in the API's form: `message` and `remedy` are English, and contain the details. */
type FailureView = { code: string; message: string; remedy?: string | undefined };
type Words = { title: string; body?: ReactNode };

/** The words for a failure, in the chosen language if it has them, otherwise the API's own. */
export function useFailureWords(): (failure: FailureView) => Words {
  const { language } = useSpeech();
  return ({ code, message, remedy }) => {
    if (language === 'en') return { title: message, ...(remedy ? { body: remedy } : {}) };
    const { title, advice } = describeErrorCode(isErrorCode(code) ? code : 'internal')[language];
    return {
      title,
      body: (
        <>
          {advice && <p>{advice}</p>}
          <p className="quiet guest-text" lang="en">
            {[message, remedy].filter(Boolean).join(' ')}
          </p>
        </>
      ),
    };
  };
}

/** Anything thrown, in words. */
export function useProblemWords(): (error: unknown) => Words {
  const { t } = useSpeech();
  const failureWords = useFailureWords();
  return (error) =>
    error instanceof ApiProblem && error.status !== 0
      ? failureWords(error)
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
