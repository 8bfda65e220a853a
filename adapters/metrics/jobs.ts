import { Counter, Histogram, type Registry } from 'prom-client';
import type { JobMeter } from '../../shared/ports/meters.ts';

export function createJobMeter(registry: Registry): JobMeter {
  const registers = [registry];
  const counter = (name: string, help: string, label: string) => {
    const metric = new Counter({ name, help, labelNames: [label], registers });
    return (value: string, count = 1): void => metric.inc({ [label]: value }, count);
  };
  const duration = new Histogram({
    name: 'bootready_job_duration_seconds',
    help: 'Attempts at jobs of the queues.',
    labelNames: ['queue', 'name', 'outcome'],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 1800],
    registers,
  });
  const settled = counter('bootready_events_settled_total', 'Storage notifications, by outcome.', 'result');
  const delivered = counter('bootready_webhook_tries_total', 'Webhook attempts, by outcome.', 'result');
  const swept = counter('bootready_sweep_found_total', 'Uploads that the sweep found without an event.', 'kind');
  const reaped = counter('bootready_reaped_total', 'Unfinished work that was cleaned up.', 'kind');
  // A series that begins with its first event hides that event from rate() and increase().
  for (const result of ['started', 'duplicate', 'no-object', 'ignored']) settled(result, 0);
  for (const result of ['delivered', 'failed']) delivered(result, 0);
  return {
    job: ({ queue, name }, outcome, seconds) => duration.observe({ queue, name, outcome }, seconds),
    settled: (result) => settled(result),
    delivered: (result) => delivered(result),
    swept: (found) => {
      for (const [kind, count] of Object.entries(found)) swept(kind, count);
    },
    reaped: (cleared) => {
      for (const [kind, count] of Object.entries(cleared)) reaped(kind, count);
    },
  };
}
