import type { Language } from '../../shared/checks/text.ts';
import type { DownloadView } from '../../shared/contracts/api.ts';
import { toShownUrl } from '../../shared/contracts/download.ts';
import type { Download } from '../../shared/ports/downloads.ts';
import { explainFailure } from './views.ts';

export function toDownloadView(
  { url, checksum, status, received, total, failure }: Download,
  language: Language,
): DownloadView {
  return {
    url: toShownUrl(url),
    checksum,
    status,
    received,
    total,
    failure: explainFailure(failure, language),
  };
}

/** Whether it may be ordered again. */
export function cameToNothing(download: Download | undefined): boolean {
  return download?.status === 'failed' || download?.status === 'cancelled';
}
