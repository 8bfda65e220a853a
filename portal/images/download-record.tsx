import { Progress } from '@patternfly/react-core';
import type { DownloadView } from '../../shared/contracts/api.ts';
import type { OrderStatus } from '../../shared/contracts/order.ts';
import { useSpeech } from '../words/language.tsx';
import type { WordKey } from '../words/words.ts';

const statusWords: Record<OrderStatus, WordKey> = {
  queued: 'downloadQueued',
  running: 'downloadRunning',
  'handed-over': 'downloadHandedOver',
  failed: 'downloadFailed',
  cancelled: 'downloadCancelled',
};

/** How the bytes of an image are fetched from elsewhere. */
export function DownloadRecord({ download }: { download: DownloadView }) {
  const { t, bytes } = useSpeech();
  const { url, status, received, total } = download;
  return (
    <div className="stacked">
      <p>
        {t(statusWords[status])} <span className="guest-text quiet">{url}</span>
      </p>
      {status === 'running' && total !== null && (
        <Progress
          aria-label={t('downloadRunning')}
          value={Math.floor((received / Math.max(1, total)) * 100)}
          label={t('uploadOf', { done: bytes(received), total: bytes(total) })}
        />
      )}
      {status === 'running' && total === null && <p className="quiet figures">{bytes(received)}</p>}
    </div>
  );
}
