import type { QuotaView } from '../../shared/contracts/api.ts';
import { useSpeech } from '../words/language.tsx';

/** The quota of the project and its use; nothing if there are no limits. */
export function QuotaLine({ quota: { limits, used } }: { quota: QuotaView }) {
  const { t, bytes } = useSpeech();
  const parts = [
    ...(limits.bytes === null ? [] : [t('quotaBytes', { used: bytes(used.bytes), limit: bytes(limits.bytes) })]),
    ...(limits.images === null ? [] : [t('quotaImages', { used: used.images, limit: limits.images })]),
    ...(limits.uploads === null ? [] : [t('quotaUploads', { used: used.uploads, limit: limits.uploads })]),
  ];
  return parts.length === 0 ? null : <p className="quiet">{parts.join(' · ')}</p>;
}
