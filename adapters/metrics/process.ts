import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
  version: string;
};

export type ProcessRole = 'api' | 'worker';

/** The metrics of this process, with what Node tells of itself: memory, CPU, event loop. */
export const processMetrics = (role: ProcessRole): Registry => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'bootready_build_info',
    help: 'Always 1; its labels say which version runs, and as what.',
    labelNames: ['role', 'version'],
    registers: [registry],
  }).set({ role, version }, 1);
  return registry;
};
