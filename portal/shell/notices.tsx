import { Alert, AlertActionCloseButton, AlertGroup } from '@patternfly/react-core';
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';
import { ApiProblem } from '../api/client.ts';
import { useSpeech } from '../words/language.tsx';
import { type Variant, variantWords } from './message.tsx';

type Notice = { id: number; variant: Variant; title: string; body?: string };
type Notify = (notice: Omit<Notice, 'id'>) => void;

const Context = createContext<Notify>(() => undefined);

/** Read, not missed: a success goes by itself, a problem stays until it is closed. */
const shownMs = 6000;

export const NoticeProvider = ({ children }: { children: ReactNode }) => {
  const { t } = useSpeech();
  const [notices, setNotices] = useState<Notice[]>([]);
  const close = useCallback((id: number) => setNotices((shown) => shown.filter((each) => each.id !== id)), []);
  const notify = useCallback<Notify>(
    (notice) => setNotices((shown) => [...shown, { ...notice, id: Date.now() + Math.random() }]),
    [],
  );
  return (
    <Context value={notify}>
      {children}
      <AlertGroup isToast isLiveRegion>
        {notices.map(({ id, variant, title, body }) => (
          <Alert
            key={id}
            variant={variant}
            title={title}
            variantLabel={t(variantWords[variant])}
            component="p"
            timeout={variant === 'danger' ? false : shownMs}
            onTimeout={() => close(id)}
            actionClose={<AlertActionCloseButton aria-label={t('close')} onClose={() => close(id)} />}
          >
            {body}
          </Alert>
        ))}
      </AlertGroup>
    </Context>
  );
};

export const useNotify = (): Notify => useContext(Context);

/** Any error in words: the API's own where there are some. */
export const useProblemWords = () => {
  const { t } = useSpeech();
  return (error: unknown): { title: string; body?: string } => {
    if (error instanceof ApiProblem && error.status !== 0) {
      return { title: error.message, ...(error.remedy ? { body: error.remedy } : {}) };
    }
    return { title: t('unreachable'), body: t('unreachableHelp') };
  };
};
