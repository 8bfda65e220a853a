import { hostname } from 'node:os';
import { createWorkerRegistry } from '../adapters/database/worker-registry.ts';
import { version } from '../adapters/version.ts';
import type { Config } from '../shared/config.ts';
import { openCore, type Roles } from './core.ts';
import { startHeartbeat } from './heartbeat.ts';
import { startQueues } from './start-queues.ts';
import { startSteps } from './start-steps.ts';
import { sandboxBounds } from './tools/sandbox-bounds.ts';

/** The composition root of a worker process: steps of runs (Temporal), queues (BullMQ), or both. */
export async function startWorker(config: Config, roles: Roles): Promise<{ close(): Promise<void> }> {
  const core = await openCore(config, roles);
  const steps = roles.steps ? await startSteps(core) : undefined;
  if (core.secrets) startQueues(core, core.secrets);
  const heartbeat = startHeartbeat(createWorkerRegistry(core.db), core.workerId, async () => ({
    host: hostname(),
    version,
    roles: (['steps', 'queues'] as const).filter((role) => roles[role]),
    tools: {},
    ...(await steps?.state()),
  }));
  core.onClose(heartbeat.close);
  core.log.info({ roles, ...(roles.steps ? { sandbox: sandboxBounds() } : {}) }, 'started');
  return { close: core.close };
}
