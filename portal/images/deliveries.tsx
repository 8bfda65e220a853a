import { Button } from '@patternfly/react-core';
import { useState } from 'react';
import type { DeliveryView, ImageDetail, Self } from '../../shared/contracts/api.ts';
import { api } from '../api/client.ts';
import { useNotify, useProblemWords } from '../shell/notices.tsx';
import { useSpeech } from '../words/language.tsx';
import { Entry } from './timeline.tsx';

/** Where a published image goes further, each as a step. */
export const Deliveries = ({ image, role }: { image: ImageDetail; role: Self['role'] }) => {
  const { t } = useSpeech();
  return image.deliveries.map((delivery) => {
    const { target, status, location, failure } = delivery;
    return (
      <Entry
        key={target}
        title={t('stepDeliver', { target })}
        help={location ?? t('stepDeliverHelp')}
        view={{ ...delivery, message: failure?.message ?? null }}
        status={status === 'queued' ? 'waiting' : status}
      >
        {failure?.remedy && <p className="guest-text">{failure.remedy}</p>}
        {status === 'failed' && role !== 'reader' && <Again imageId={image.id} delivery={delivery} />}
      </Entry>
    );
  });
};

const Again = ({ imageId, delivery: { target } }: { imageId: string; delivery: DeliveryView }) => {
  const { t } = useSpeech();
  const notify = useNotify();
  const problemWords = useProblemWords();
  const [isBusy, setBusy] = useState(false);
  const deliver = async (): Promise<void> => {
    setBusy(true);
    try {
      await api.createDelivery(imageId, { target });
    } catch (error) {
      notify({ variant: 'danger', ...problemWords(error) });
      setBusy(false);
    }
  };
  return (
    <Button variant="secondary" size="sm" isDisabled={isBusy} isLoading={isBusy} onClick={() => void deliver()}>
      {t('deliverAgain')}
    </Button>
  );
};
