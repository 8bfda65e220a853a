import type { DownloadView } from '../shared/contracts/api.ts';
import { shownUrl } from '../shared/contracts/download.ts';
import type { OrderStatus } from '../shared/contracts/order.ts';
import type { Download } from '../shared/ports/downloads.ts';

export const downloadView = ({ url, checksum, status, received, total, failure }: Download): DownloadView => ({
  url: shownUrl(url),
  ...{ checksum, status, received, total, failure },
});

/** Whether it may be ordered again. */
export const cameToNothing = (download: Download | undefined): boolean =>
  download?.status === 'failed' || download?.status === 'cancelled';

/** Of downloads, and of repairs. */
export const isUnderWay = (order: { status: OrderStatus } | undefined): boolean =>
  order?.status === 'queued' || order?.status === 'running';
