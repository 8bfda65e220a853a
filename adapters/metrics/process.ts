import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { version } from '../version.ts';

export type ProcessRole = 'api' | 'worker';

/** The metrics of this process, including Node's own: memory, CPU, event loop. */
export function processMetrics(role: ProcessRole): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'bootready_build_info',
    help: 'Always 1. Its labels show the version and the kind of process.',
    labelNames: ['role', 'version'],
    registers: [registry],
  }).set({ role, version }, 1);
  return registry;
}
