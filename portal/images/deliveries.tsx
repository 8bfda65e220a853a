import { Button } from '@patternfly/react-core';
import { useState } from 'react';
import type { DeliveryView, ImageDetail, Self } from '../../shared/contracts/api.ts';
import { isUnderWay } from '../../shared/status/under-way.ts';
import { api } from '../api/client.ts';
import { describeFailure, useProblemWords } from '../shell/failure.tsx';
import { useNotify } from '../shell/notices.tsx';
import { useSpeech } from '../words/language.tsx';
import { Entry } from './timeline.tsx';

/** Where a published image goes further, each as a step. */
export function Deliveries({ image, role }: { image: ImageDetail; role: Self['role'] }) {
  const { t } = useSpeech();
  return image.deliveries.map((delivery) => {
    const { target, status, location, failure, finishedAt } = delivery;
    return (
      <Entry
        key={target}
        title={t('stepDeliver', { target })}
        help={location ?? t('stepDeliverHelp')}
        view={{ ...delivery, message: null }}
        tick={status === 'queued' ? 'waiting' : status}
        hasPercent
      >
        {failure && status !== 'done' && <WhyNotThere failure={failure} />}
        {status === 'cancelled' && finishedAt === null && <p className="quiet">{t('deliverClearing')}</p>}
        {role !== 'reader' && <Change imageId={image.id} delivery={delivery} />}
      </Entry>
    );
  });
}

function WhyNotThere({ failure }: { failure: NonNullable<DeliveryView['failure']> }) {
  const { title, body } = describeFailure(failure);
  return (
    <div className="guest-text">
      <p>{title}</p>
      {body}
    </div>
  );
}

/** Stops a running delivery, or starts a failed one again. */
function Change({ imageId, delivery }: { imageId: string; delivery: DeliveryView }) {
  const { t } = useSpeech();
  const notify = useNotify();
  const problemWords = useProblemWords();
  const [isBusy, setBusy] = useState(false);
  const { target, status, finishedAt } = delivery;
  const isOpen = isUnderWay(status);
  if (status === 'done' || (status === 'cancelled' && finishedAt === null)) return null;
  const change = async (): Promise<void> => {
    setBusy(true);
    try {
      if (isOpen) await api.cancelDelivery(imageId, target);
      else await api.createDelivery(imageId, { target });
    } catch (error) {
      notify({ variant: 'danger', ...problemWords(error) });
    }
    setBusy(false);
  };
  return (
    <Button variant="secondary" size="sm" isDisabled={isBusy} isLoading={isBusy} onClick={() => void change()}>
      {t(isOpen ? 'deliverStop' : 'deliverAgain')}
    </Button>
  );
}
