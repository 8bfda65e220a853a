import type { UploadEventView } from '../../../shared/contracts/api.ts';
import { formatTime } from '../../../shared/text/quantities.ts';
import { type Piece, withStyle } from '../../terminal.ts';
import { connect } from '../api/api-client.ts';
import { type OutputOptions, printResult, tell } from '../output.ts';
import { table } from '../table.ts';

const pageSize = 500;

/** Notifications of stores, and their results. */
export async function listEvents(options: OutputOptions & { limit: number; unsettled?: boolean }): Promise<void> {
  const { limit } = options;
  const api = await connect();
  const events: UploadEventView[] = [];
  let next: number | undefined;
  do {
    const page = await api.uploadEvents({
      limit: Math.min(pageSize, limit - events.length),
      ...(options.unsettled ? { settled: 'false' as const } : {}),
      ...(next === undefined ? {} : { before: next }),
    });
    events.push(...page.events);
    next = page.next;
  } while (next !== undefined && events.length < limit);
  printResult(
    { events, ...(next === undefined ? {} : { next }) },
    () =>
      events.length > 0
        ? table(['RECEIVED', 'SOURCE', 'EVENT', 'OUTCOME', 'TIMES', 'IMAGE', 'OBJECT'], events.map(row))
        : [],
    options,
  );
  if (events.length === 0) {
    tell(
      options.unsettled
        ? 'No pending notifications.'
        : 'No notifications yet. Uploads are found without notifications too, only later.',
      options,
    );
  }
}

function row(event: UploadEventView): Piece[] {
  return [
    formatTime(event.receivedAt),
    event.source,
    event.eventName,
    withStyle(event.outcome === 'failed' ? 'bad' : event.outcome === 'started' ? 'good' : 'dim', event.outcome),
    String(event.receipts),
    event.imageId?.slice(0, 8) ?? '-',
    `${event.bucket}/${event.key}${event.detail ? ` (${event.detail})` : ''}`,
  ];
}
