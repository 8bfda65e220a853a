import { createDeliveryStore } from '../adapters/database/delivery-store.ts';
import { createDownloadStore } from '../adapters/database/download-store.ts';
import { createImageStore } from '../adapters/database/image-store.ts';
import { createRepairStore } from '../adapters/database/repair-store.ts';
import { createRunStore } from '../adapters/database/run-store.ts';
import { createStepMeter } from '../adapters/metrics/steps.ts';
import { watchWorker } from '../adapters/metrics/worker.ts';
import { toStoreConfig } from '../adapters/object-store/open.ts';
import { openTargets } from '../adapters/targets/open.ts';
import { toTemporalConfig } from '../adapters/temporal/config.ts';
import type { WorkerState } from '../shared/contracts/operations.ts';
import { createSlots } from '../shared/limits/fair-slots.ts';
import { readSigningKey } from '../shared/provenance/keys.ts';
import { probeStore } from '../shared/store/store-traits.ts';
import { createDeliveryActivities } from './activities/deliver.ts';
import { createDownloadActivities, createDownloadLedger } from './activities/download.ts';
import { createAdmitActivities, createScratchActivities, createSharedActivities } from './activities/index.ts';
import { createRepairActivities, createRepairLedger } from './activities/repair.ts';
import { startByteThreads } from './bytes/threads.ts';
import { findCacheDir } from './cache-dir.ts';
import type { Core } from './core.ts';
import { beginInPlaces, createPlaces, inPlaces } from './places.ts';
import { openScratch } from './scratch.ts';
import { createScratchRoom } from './scratch-room.ts';
import { createShares } from './shares.ts';
import { startStepWorker } from './step-worker.ts';
import { peekLayer } from './tools/decompress.ts';
import { kvmWorks } from './tools/kvm.ts';
import { toolVersions } from './tools/versions.ts';

const looksAtOnce = 4;
const fetchedAtOnce = 4;
const deliveredAtOnce = 2;

/** The steps of runs, repairs, downloads and deliveries (Temporal). @returns what the registry of workers says about this one */
export async function startSteps(core: Core): Promise<{ state(): Promise<Partial<WorkerState>> }> {
  const { config, workerId, db, limits, store, foreign, internet, traces, log, registry, onClose } = core;
  const bytes = startByteThreads(toStoreConfig(config));
  onClose(bytes.close);
  const scratch = await openScratch(config.SCRATCH_DIR, workerId);
  onClose(scratch.close);
  const cacheDir = findCacheDir(process.env);
  const shares = createShares();
  const keptForMs = config.CLAIM_SECONDS * 1000;
  const places = {
    // The next images are ready, so an image that waits for scratch space keeps no slot empty.
    images: createPlaces(2 * config.WORKER_CONCURRENCY, keptForMs),
    downloads: createPlaces(2 * fetchedAtOnce, keptForMs),
  };
  const deps = {
    config,
    runs: createRunStore(db, limits, traces),
    repairs: createRepairStore(db, limits),
    downloads: createDownloadStore(db, limits),
    deliveries: createDeliveryStore(db),
    images: createImageStore(db, limits),
    store,
    bytes,
    traits: askOnce(() => probeStore(store, config.IMAGES_BUCKET)),
    scratch,
    // A check of the first bytes must not wait behind hours of converting. Downloads wait for their servers, and need little processor time.
    slots: {
      scan: createSlots(looksAtOnce, shares),
      heavy: createSlots(config.WORKER_CONCURRENCY, shares),
      fetch: createSlots(fetchedAtOnce),
      send: createSlots(config.WORKER_CONCURRENCY),
    },
    room: createScratchRoom({ root: config.SCRATCH_DIR, space: scratch.space }),
    ownTaskQueue: `bootready-${workerId}`,
    admit: { foreign, peek: peekLayer },
    convert: { foreign, peek: peekLayer },
    inspect: { cacheDir, foreign },
    door: internet,
    mend: { cacheDir, foreign, packageHosts: config.REPAIR_PACKAGE_HOSTS, virtioWin: config.VIRTIO_WIN },
    signingKey: config.PROVENANCE_KEY ? readSigningKey(config.PROVENANCE_KEY) : undefined,
  };
  watchWorker(registry, { space: scratch.space, slots: deps.slots, room: deps.room });
  const steps = startStepWorker({
    temporal: toTemporalConfig(config),
    workerId,
    ownTaskQueue: deps.ownTaskQueue,
    cacheDir,
    shared: {
      ...createAdmitActivities(deps),
      ...beginInPlaces(
        { ...createSharedActivities(deps), ...createRepairLedger(deps), ...createDownloadLedger(deps) },
        places,
      ),
      ...createDeliveryActivities({
        ...deps,
        workerId,
        targets: openTargets(config.TARGETS),
        slots: createSlots(deliveredAtOnce),
      }),
    },
    scratch: inPlaces(
      { ...createScratchActivities(deps), ...createRepairActivities(deps), ...createDownloadActivities(deps) },
      places,
    ),
    // One more waits than has a slot, so that projects have turns.
    atOnce: { looks: 2 * looksAtOnce, deliveries: 2 * deliveredAtOnce },
    places,
    metrics: config.TEMPORAL_METRICS_PORT ? `${config.METRICS_HOST}:${config.TEMPORAL_METRICS_PORT}` : undefined,
    meter: createStepMeter(registry),
    traces,
    log,
  });
  onClose(steps.close);
  const tools = toolVersions(new AbortController().signal).catch(() => ({}));
  const { heavy } = deps.slots;
  return {
    state: async () => ({
      scratch: await scratch.space(),
      slots: { count: heavy.count, busy: heavy.busy, waiting: heavy.waiting },
      kvm: await kvmWorks(),
      tools: await tools,
    }),
  };
}

/** An answer is kept, a failure is not. */
function askOnce<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let answer: Promise<Answer> | undefined;
  return () => {
    answer ??= ask().catch((error: unknown) => {
      answer = undefined;
      throw error;
    });
    return answer;
  };
}
