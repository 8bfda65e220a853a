import { Counter, Histogram, type Registry } from 'prom-client';
import type { HttpMeter } from '../../shared/ports/meters.ts';

export function createHttpMeter(registry: Registry): HttpMeter {
  const duration = new Histogram({
    name: 'bootready_http_request_duration_seconds',
    help: 'Time from a request to the end of its response. Streams last as long as the client listens.',
    labelNames: ['method', 'route', 'status_code'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60],
    registers: [registry],
  });
  const unlimited = new Counter({
    name: 'bootready_http_unlimited_total',
    help: 'Requests whose rate could not be checked because Redis did not answer. They were accepted.',
    registers: [registry],
  });
  return {
    unlimited: () => unlimited.inc(),
    answered: ({ method, route = 'none', status }, seconds) =>
      duration.observe({ method, route, status_code: status }, seconds),
  };
}
