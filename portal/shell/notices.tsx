import { Alert, AlertActionCloseButton, AlertGroup } from '@patternfly/react-core';
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';
import { useSpeech } from '../words/language.tsx';
import { type Variant, variantWords } from './message.tsx';

type Notice = {
  id: number;
  variant: Variant;
  title: string;
  body?: ReactNode;
  /** It stands elsewhere on the page too, so it disappears even if it is a problem: it would cover what one needs next. */
  isBrief?: boolean;
};
type Notify = (notice: Omit<Notice, 'id'>) => void;

const Context = createContext<Notify>(() => undefined);

/** Nobody should miss a problem: a success disappears by itself, a problem stays until it is closed. */
const shownMs = 6000;

export function NoticeProvider({ children }: { children: ReactNode }) {
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
        {notices.map(({ id, variant, title, body, isBrief = false }) => (
          <Alert
            key={id}
            variant={variant}
            title={title}
            variantLabel={t(variantWords[variant])}
            component="p"
            timeout={variant === 'danger' && !isBrief ? false : shownMs}
            onTimeout={() => close(id)}
            actionClose={<AlertActionCloseButton aria-label={t('close')} onClose={() => close(id)} />}
          >
            {body}
          </Alert>
        ))}
      </AlertGroup>
    </Context>
  );
}

export function useNotify(): Notify {
  return useContext(Context);
}
