import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import type { Config } from '../../shared/config.ts';
import { BootreadyError } from '../../shared/errors.ts';
import { objectSource } from '../../shared/object-source.ts';
import type { ImageStore } from '../../shared/ports/images.ts';
import type { ObjectInfo, ObjectStore } from '../../shared/ports/object-store.ts';
import type { Repair, RepairStore } from '../../shared/ports/repairs.ts';
import { remedies } from '../../shared/remedies/remedies.ts';
import type { RepairActivities, RepairAttempt, RepairLedger } from '../../workflows/activities.ts';
import { toFailure } from '../failures.ts';
import { type MendDeps, mendDisk } from '../repair/mend.ts';
import type { Scratch } from '../scratch.ts';
import type { Slots } from '../slots.ts';
import { type AdmitDeps, admitUpload } from './admit.ts';
import { convertUpload } from './convert.ts';
import { uploadFile } from './publish.ts';
import { cancellationOf, type StepControl } from './step.ts';

export type RepairDeps = {
  config: Pick<Config, 'ALLOW_ISO' | 'MAX_VIRTUAL_BYTES' | 'MAX_UPLOAD_BYTES'>;
  repairs: RepairStore;
  images: Pick<ImageStore, 'get' | 'publication'>;
  store: ObjectStore;
  scratch: Scratch;
  slots: { heavy: Slots };
  ownTaskQueue: string;
  admit: AdmitDeps;
  mend: MendDeps;
};

const folderOf = ({ imageId, fence }: Pick<RepairAttempt, 'imageId' | 'fence'>) => ({
  runId: `repair-${imageId}`,
  fence,
});

/** Any worker can do these. */
export const createRepairLedger = ({ repairs, scratch, ownTaskQueue }: RepairDeps): RepairLedger => {
  const mapped = <Result>(work: Promise<Result>): Promise<Result> =>
    work.catch((error: unknown) => {
      throw toFailure(error);
    });
  const begin = async (imageId: string): Promise<RepairAttempt> => {
    const { fence } = await repairs.begin(imageId);
    await scratch.open(folderOf({ imageId, fence }));
    return { imageId, fence, taskQueue: ownTaskQueue };
  };
  return {
    beginRepair: ({ imageId }) => mapped(begin(imageId)),
    endRepair: ({ imageId, failure }) => mapped(repairs.end(imageId, failure)),
  };
};

/** These share the scratch folder of this process. */
export const createRepairActivities = (deps: RepairDeps): RepairActivities => {
  const { config, repairs, images, store, scratch, slots } = deps;

  const step = async (
    { imageId, fence }: RepairAttempt,
    work: (repair: Repair, control: StepControl) => Promise<void>,
  ): Promise<void> => {
    const { info, cancellationSignal: signal } = Context.current();
    const beating = setInterval(
      () => Context.current().heartbeat(),
      Math.max(500, (info.heartbeatTimeoutMs ?? 30_000) / 4),
    );
    try {
      const repair = await repairs.get(imageId);
      if (!repair) throw gone();
      await repairs.assertHeld(imageId, fence);
      await slots.heavy.use(signal, () => work(repair, { signal, progress: () => undefined }));
    } catch (error) {
      throw signal.aborted ? cancellationOf(signal, error) : toFailure(error);
    } finally {
      clearInterval(beating);
    }
  };

  /** What is published; else the upload, where it was kept. */
  const originalOf = async ({ parentId, projectId }: Repair): Promise<ObjectInfo> => {
    const parent = await images.get(parentId, projectId);
    if (!parent) throw gone();
    const { bucket, key } = (await images.publication(parentId)) ?? parent.upload;
    const object = await store.head(bucket, key);
    if (!object) throw gone();
    return object;
  };

  return {
    mend: (attempt) =>
      step(attempt, async (repair, control) => {
        const scratchDir = await scratch.open(folderOf(attempt));
        const source = objectSource(store, await originalOf(repair));
        const limits = { allowIso: config.ALLOW_ISO, maxVirtualBytes: config.MAX_VIRTUAL_BYTES, scratchDir };
        const admission = await admitUpload(
          deps.admit,
          { source, ...limits, maxUploadBytes: config.MAX_UPLOAD_BYTES },
          control,
        );
        if (admission.findings.some(({ outcome }) => outcome === 'fail')) throw unreadable();
        const { converted } = await convertUpload(
          deps.admit,
          { source, admission, target: 'qcow2', ...limits },
          control,
        );
        if (!converted) throw unreadable();
        const disk = {
          path: join(scratchDir, 'disk.qcow2'),
          format: 'qcow2',
          virtualSize: converted.virtualSize,
        } as const;
        const chosen = remedies.filter(({ code }) => repair.remedies.includes(code));
        const changes = await mendDisk(deps.mend, { disk, remedies: chosen, scratchDir }, control);
        await repairs.mended(attempt.imageId, attempt.fence, changes);
      }),

    handOver: (attempt) =>
      step(attempt, async ({ imageId, projectId }, control) => {
        const image = await images.get(imageId, projectId);
        if (!image) throw gone();
        const { bucket, key } = image.upload;
        // Whoever was killed after the upload had done it; other bytes at this key would be another image.
        if (!(await store.head(bucket, key))) {
          const path = join(await scratch.open(folderOf(attempt)), 'disk.qcow2');
          const { size } = await stat(path);
          await repairs.reserve(imageId, attempt.fence, size);
          await uploadFile(store, { bucket, key }, path, size, control, () =>
            repairs.assertHeld(imageId, attempt.fence),
          );
        }
        await repairs.handedOver(imageId, attempt.fence);
      }),

    discardRepair: (attempt) => scratch.discard(folderOf(attempt)),
  };
};

const gone = (): BootreadyError =>
  new BootreadyError({
    code: 'object-missing',
    message: 'The original image, its bytes or the new one have been removed.',
    remedy: 'Upload the original again and repair that.',
  });

const unreadable = (): BootreadyError =>
  new BootreadyError({
    code: 'conflict',
    message: 'The original cannot be read as a disk that is safe to open.',
    remedy: 'See its report; no remedy of a system mends the file that it is in.',
  });
