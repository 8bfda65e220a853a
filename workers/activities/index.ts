import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { type Conversion, isRefused } from '../../shared/checks/examine.ts';
import type { Config } from '../../shared/config.ts';
import type { Admission, GuestFacts } from '../../shared/contracts/run.ts';
import type { Slots } from '../../shared/limits/fair-slots.ts';
import { machineWrites } from '../../shared/limits/foreign-limits.ts';
import { quotaFinding } from '../../shared/limits/quota.ts';
import type { ByteWork } from '../../shared/ports/byte-work.ts';
import type { DeliveryStore } from '../../shared/ports/deliveries.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import type { RunContext, RunStore } from '../../shared/ports/runs.ts';
import { buildSbom } from '../../shared/sbom/cyclonedx.ts';
import { objectSource } from '../../shared/store/object-source.ts';
import type { StoreTraits } from '../../shared/store/store-traits.ts';
import type {
  AdmitActivities,
  Attempt,
  Lane,
  ScratchActivities,
  SharedActivities,
} from '../../workflows/activities.ts';
import { objectUpload } from '../bytes/uploads.ts';
import { nameAttempt } from '../places.ts';
import type { Scratch } from '../scratch.ts';
import type { ScratchRoom } from '../scratch-room.ts';
import { type AdmitDeps, admitUpload } from './admit.ts';
import { attest } from './attest.ts';
import { type BootCheckInput, bootCheck } from './boot-check.ts';
import { type ConvertDeps, convertUpload } from './convert.ts';
import { evidenceKeeper } from './evidence.ts';
import { type InspectDeps, inspectDisk } from './inspect.ts';
import { judgeParts, judgeRun } from './judge.ts';
import { throwFailures } from './order-step.ts';
import { namePublished, publishImage } from './publish.ts';
import { keepSbom } from './sbom.ts';
import { scratchNeed } from './scratch-need.ts';
import { discardSent, sendDisk } from './send-ahead.ts';
import { isSafeAsItCame, isSafeWithin } from './serve.ts';
import { runBeside, runStep, type StepControl } from './step.ts';

export type ActivityDeps = {
  config: Config;
  runs: RunStore;
  deliveries: Pick<DeliveryStore, 'queued'>;
  store: ObjectStore;
  scratch: Scratch;
  /** `scan`: a handful of reads; `heavy`: what keeps a core or a disk busy; `send`: what goes to the store beside that. */
  slots: { scan: Slots; heavy: Slots; send: Slots };
  bytes: ByteWork;
  traits: () => Promise<StoreTraits>;
  room: ScratchRoom;
  /** The task queue that only this process serves. */
  ownTaskQueue: string;
  admit: AdmitDeps;
  convert: Omit<ConvertDeps, 'bytes'>;
  inspect: InspectDeps;
  /** Signs the provenance of what is published. */
  signingKey: KeyObject | undefined;
};

function toActivity<Args extends unknown[], Result>(work: (...args: Args) => Promise<Result>) {
  return (...args: Args): Promise<Result> => throwFailures(work(...args));
}

/** Any worker can do these. */
export function createSharedActivities({
  config,
  runs,
  scratch,
  ownTaskQueue,
}: Pick<ActivityDeps, 'runs' | 'scratch' | 'ownTaskQueue'> & { config: Pick<Config, 'POLICY'> }): SharedActivities {
  return {
    beginAttempt: toActivity(async (run) => {
      const { fence } = await runs.beginAttempt(run, scratch.workerId);
      await scratch.open({ runId: run.runId, fence });
      return { ...run, fence, taskQueue: ownTaskQueue };
    }),
    judge: toActivity(async (attempt, parts) => {
      const report = judgeRun(await runs.context(attempt), parts, config.POLICY);
      await runs.saveReport(attempt, report);
      return { verdict: report.verdict, report };
    }),
    finishRun: toActivity(({ imageId, runId, ...end }) => runs.finish({ imageId, runId }, end)),
  };
}

/** Under `warn` only an unsafe image gets a verdict that takes it back. */
function markAdmitted({ runs, config }: ActivityDeps, attempt: Attempt, { policy }: RunContext): Promise<void> {
  return runs.admitted(attempt, (policy ?? config.POLICY) === 'warn' ? 'now' : 'after the verdict');
}

function admitAttempt(
  deps: ActivityDeps,
  attempt: Attempt,
  { isAnywhere }: { isAnywhere: boolean },
): Promise<Admission> {
  const { config, runs, store, scratch } = deps;
  const stepDeps = { runs, slots: deps.slots.scan, workerId: scratch.workerId, isAnywhere };
  return runStep(stepDeps, attempt, 'admit', async (context, control) => {
    const { upload, settings, overQuota } = context;
    if (overQuota) return { layers: [], findings: [quotaFinding(overQuota)] };
    const source = objectSource(store, upload);
    const scratchDir = await scratch.open(attempt);
    const admission = await admitUpload(
      deps.admit,
      {
        source,
        scratchDir,
        maxVirtualBytes: largestDisk(config, context),
        allowIso: settings.allowIso ?? config.ALLOW_ISO,
        maxUploadBytes: config.MAX_UPLOAD_BYTES,
      },
      control,
    );
    if (context.isVerbatim && isSafeAsItCame(context, admission)) await markAdmitted(deps, attempt, context);
    return admission;
  });
}

/** Uploads under this do not wait behind their project's larger ones: seconds of convert and publish. */
const smallUploadBytes = 1024 ** 3;

/** Any worker can do these. */
export function createAdmitActivities(deps: ActivityDeps): AdmitActivities {
  const { runs, scratch, ownTaskQueue: taskQueue } = deps;
  const awaitWorker = async (attempt: Attempt): Promise<Lane> => {
    const { isFirst, uploadSize } = await runs.awaitWorker(attempt);
    if (isFirst) return 'first';
    return uploadSize < smallUploadBytes ? 'small' : 'large';
  };
  return {
    admitFirst: toActivity(async (run) => {
      const { fence } = await runs.beginAttempt(run, scratch.workerId);
      const attempt = { ...run, fence, taskQueue };
      try {
        const admission = await admitAttempt(deps, attempt, { isAnywhere: true });
        return { attempt, admission, ...(isRefused(admission) ? {} : { lane: await awaitWorker(attempt) }) };
      } finally {
        await scratch.discard(attempt);
      }
    }),
  };
}

/** These share the scratch folder of this process. */
export function createScratchActivities(deps: ActivityDeps): ScratchActivities {
  const { config, runs, deliveries, store, scratch, bytes, traits } = deps;
  const { heavy } = deps.slots;
  const stepDeps = { runs, slots: heavy, workerId: scratch.workerId };
  return {
    admit: (attempt) => admitAttempt(deps, attempt, { isAnywhere: false }),
    convert: (attempt, admission) => {
      const work = async (context: RunContext, control: StepControl): Promise<Conversion> => {
        const { upload, settings, targetFormat, isVerbatim } = context;
        const conversion = await convertUpload(
          { ...deps.convert, bytes },
          {
            upload: objectUpload(deps.bytes, upload),
            admission,
            target: targetFormat ?? config.TARGET_FORMAT,
            allowIso: settings.allowIso ?? config.ALLOW_ISO,
            maxVirtualBytes: largestDisk(config, context),
            scratchDir: await scratch.open(attempt),
          },
          control,
        );
        // Only now its size is known; what must be published has its room before anything more is made of it.
        if (conversion.converted && !isVerbatim) await runs.reserve(attempt, conversion.converted.size);
        if (isVerbatim && isSafeWithin(context, conversion)) await markAdmitted(deps, attempt, context);
        return conversion;
      };
      return runStep(stepDeps, attempt, 'convert', work, async (context, turn, inTurn) => {
        const place = { project: context.projectId, folder: await scratch.open(attempt) };
        const need = scratchNeed(admission, context, {
          maxVirtualBytes: config.MAX_VIRTUAL_BYTES,
          target: context.targetFormat ?? config.TARGET_FORMAT,
        });
        return deps.room.use(place, need, turn, inTurn);
      });
    },
    sendAhead: (attempt, converted) =>
      runBeside({ runs, slots: deps.slots.send }, attempt, async (context, control) => {
        if (context.isVerbatim) return;
        await sendDisk(
          { bytes, traits },
          {
            scratchDir: await scratch.open(attempt),
            converted,
            to: { bucket: config.IMAGES_BUCKET, key: namePublished(context, converted) },
          },
          control,
        );
      }),
    inspect: (attempt, { format, sha256 }) =>
      runStep(stepDeps, attempt, 'inspect', async (context, control) => {
        const scratchDir = await scratch.open(attempt);
        const { isBackup } = context;
        const disk = { path: join(scratchDir, `disk.${format}`), format, scratchDir, isBackup };
        const { packages, ...inspection } = await deps.room.share(scratchDir, machineWrites.inspect, (writesAtMost) =>
          inspectDisk(deps.inspect, { ...disk, writesAtMost }, control),
        );
        const bill = buildSbom(packages, inspection.guest, { sha256, madeAt: context.createdAt });
        if (!bill) return inspection;
        return { ...inspection, sbom: await keepSbom(evidenceKeeper(store, config.IMAGES_BUCKET, context), bill) };
      }),
    bootCheck: async (attempt, parts) => {
      const context = await throwFailures(runs.context(attempt));
      const policy = context.bootCheck ?? config.BOOT_CHECK;
      const converted = parts.conversion?.converted;
      const rejected = judgeParts(parts, context.policy ?? config.POLICY).verdict === 'reject';
      if (policy === 'off' || rejected || !converted) return { findings: [] };
      const { guest = {} } = parts.inspection ?? {};
      return runStep(stepDeps, attempt, 'boot-check', async (_context, control) => {
        const scratchDir = await scratch.open(attempt);
        const { format, virtualSize } = converted;
        return deps.room.share(scratchDir, machineWrites.boot, (writesAtMost) =>
          bootCheck(
            deps.inspect,
            {
              disk: { path: join(scratchDir, `disk.${format}`), format, virtualSize },
              seconds: bootSeconds(config, guest),
              keep: evidenceKeeper(store, config.IMAGES_BUCKET, context),
              guest,
              policy,
              isBackup: context.isBackup,
              scratchDir,
              writesAtMost,
            },
            control,
          ),
        );
      });
    },
    publish: (attempt, converted, report) =>
      runStep(stepDeps, attempt, 'publish', async (context, control) => {
        const { IMAGES_BUCKET: imagesBucket, AFTER_PUBLISH: afterPublish, VERIFY: verify } = config;
        const policy = context.policy ?? config.POLICY;
        const keep = evidenceKeeper(store, imagesBucket, context);
        await publishImage(
          { store, runs, bytes, traits, imagesBucket, afterPublish, verify },
          {
            context,
            converted,
            guest: report.guest ?? {},
            scratchDir: await scratch.open(attempt),
            fence: attempt.fence,
            targets: context.targets ?? config.DELIVER_TO,
            attest: async () => {
              if (deps.signingKey) await attest(deps.signingKey, keep, { report, converted, policy });
            },
          },
          control,
        );
        return deliveries.queued(context.imageId);
      }),
    discardScratch: async (attempt) => {
      heavy.leave(nameAttempt(attempt));
      // If the store is down, the sent parts stay there, and the queue workers remove them later.
      await discardSent(store, await scratch.open(attempt)).catch(() => undefined);
      await scratch.discard(attempt);
    },
  };
}

/** A raw image is published as large as its disk, so an image that cannot fit is refused at its header. */
function largestDisk(
  config: Pick<Config, 'MAX_VIRTUAL_BYTES' | 'TARGET_FORMAT'>,
  { targetFormat, isVerbatim, quotaLeft = Number.POSITIVE_INFINITY }: RunContext,
): number {
  return (targetFormat ?? config.TARGET_FORMAT) === 'raw' && !isVerbatim
    ? Math.min(config.MAX_VIRTUAL_BYTES, quotaLeft)
    : config.MAX_VIRTUAL_BYTES;
}

/** Windows sets itself up at its first start, and starts again meanwhile. */
function bootSeconds(config: Config, { osType }: GuestFacts): BootCheckInput['seconds'] {
  return osType === 'windows'
    ? { kvm: config.BOOT_WINDOWS_KVM_SECONDS, tcg: config.BOOT_WINDOWS_TCG_SECONDS }
    : { kvm: config.BOOT_KVM_SECONDS, tcg: config.BOOT_TCG_SECONDS };
}
