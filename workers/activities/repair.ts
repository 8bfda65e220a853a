import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { examine } from '../../shared/checks/examine.ts';
import type { Config } from '../../shared/config.ts';
import { BootreadyError } from '../../shared/errors.ts';
import type { Slots } from '../../shared/limits/fair-slots.ts';
import type { ByteWork } from '../../shared/ports/byte-work.ts';
import type { ImageStore } from '../../shared/ports/images.ts';
import type { ObjectInfo, ObjectStore } from '../../shared/ports/object-store.ts';
import type { Repair, RepairStore } from '../../shared/ports/repairs.ts';
import { remedies } from '../../shared/remedies/remedies.ts';
import { objectSource } from '../../shared/store/object-source.ts';
import { throwTakenAway } from '../../shared/store/upload-in-parts.ts';
import type { OrderAttempt, RepairActivities, RepairLedger } from '../../workflows/activities.ts';
import { objectUpload } from '../bytes/uploads.ts';
import { type MendDeps, mendDisk } from '../repair/mend.ts';
import type { Scratch } from '../scratch.ts';
import type { ScratchRoom } from '../scratch-room.ts';
import { type AdmitDeps, admitUpload } from './admit.ts';
import { type ConvertDeps, convertUpload } from './convert.ts';
import { imageIsGone, orderLedger, orderStep, throwFailures } from './order-step.ts';
import { repairNeed } from './scratch-need.ts';
import type { StepControl, TakeTurn } from './step.ts';

export type RepairDeps = {
  config: Pick<Config, 'ALLOW_ISO' | 'MAX_VIRTUAL_BYTES' | 'MAX_UPLOAD_BYTES'>;
  repairs: RepairStore;
  images: Pick<ImageStore, 'get' | 'publication'>;
  store: ObjectStore;
  scratch: Scratch;
  slots: { heavy: Slots };
  room: ScratchRoom;
  ownTaskQueue: string;
  admit: AdmitDeps;
  convert: Omit<ConvertDeps, 'bytes'>;
  bytes: ByteWork;
  mend: MendDeps;
};

function nameFolder({ imageId, fence }: Pick<OrderAttempt, 'imageId' | 'fence'>) {
  return {
    runId: `repair-${imageId}`,
    fence,
  };
}

/** Any worker can do these. */
export function createRepairLedger({ repairs, scratch, ownTaskQueue }: RepairDeps): RepairLedger {
  const { begin, end } = orderLedger(repairs, ownTaskQueue);
  return {
    beginRepair: async (repair) => {
      const attempt = await begin(repair);
      await throwFailures(scratch.open(nameFolder(attempt)));
      return attempt;
    },
    endRepair: end,
  };
}

/** These share the scratch folder of this process. */
export function createRepairActivities(deps: RepairDeps): RepairActivities {
  const { config, repairs, images, store, scratch, slots, bytes } = deps;

  const step = (
    attempt: OrderAttempt,
    work: (repair: Repair, control: StepControl) => Promise<void>,
    takeTurn?: TakeTurn<Repair>,
  ): Promise<void> =>
    orderStep(
      repairs,
      slots.heavy,
      attempt,
      (repair, signal) => work(repair, { signal, progress: () => undefined }),
      takeTurn,
    );

  /** The place of the repaired disk. `isThere`: a dead attempt had already uploaded it, and its run may have removed it again already. */
  const findUpload = async ({ imageId, projectId }: Repair) => {
    const image = await images.get(imageId, projectId);
    if (!image) throw imageIsGone();
    const { bucket, key, etag } = image.upload;
    return { bucket, key, isThere: etag !== null || (await store.head(bucket, key)) !== undefined };
  };

  /** The published image, or else the upload, if it was kept. */
  const findOriginal = async ({ parentId, projectId }: Repair): Promise<ObjectInfo> => {
    const parent = await images.get(parentId, projectId);
    if (!parent) throw imageIsGone();
    const { bucket, key } = (await images.publication(parentId)) ?? parent.upload;
    const object = await store.head(bucket, key);
    if (!object) throw imageIsGone();
    return object;
  };

  return {
    mend: (attempt) =>
      step(
        attempt,
        async (repair, control) => {
          if ((await findUpload(repair)).isThere) return;
          const scratchDir = await scratch.open(nameFolder(attempt));
          const original = await findOriginal(repair);
          const source = objectSource(store, original);
          const limits = { allowIso: config.ALLOW_ISO, maxVirtualBytes: config.MAX_VIRTUAL_BYTES, scratchDir };
          const { conversion } = await examine({
            admit: () =>
              admitUpload(deps.admit, { source, ...limits, maxUploadBytes: config.MAX_UPLOAD_BYTES }, control),
            convert: (admission) =>
              convertUpload(
                { ...deps.convert, bytes },
                { upload: objectUpload(bytes, original), admission, target: 'qcow2', ...limits },
                control,
              ),
          });
          const converted = conversion?.converted;
          if (!converted) throw unreadable();
          const disk = {
            path: join(scratchDir, 'disk.qcow2'),
            format: 'qcow2',
            virtualSize: converted.virtualSize,
          } as const;
          const chosen = remedies.filter(({ code }) => repair.remedies.includes(code));
          const changes = await mendDisk(deps.mend, { disk, remedies: chosen, scratchDir }, control);
          await repairs.mended(attempt.imageId, attempt.fence, changes);
        },
        async (repair, turn, inTurn) => {
          const place = { project: repair.projectId, folder: await scratch.open(nameFolder(attempt)) };
          // If an earlier attempt has already uploaded the repaired disk, it is not made again: its original may be gone.
          const need = (await findUpload(repair)).isThere
            ? { bytes: 0, atMost: 0 }
            : repairNeed(await findOriginal(repair), config.MAX_VIRTUAL_BYTES);
          return deps.room.use(place, need, turn, inTurn);
        },
      ),

    handOver: (attempt) =>
      step(attempt, async (repair, control) => {
        const { imageId } = repair;
        const { isThere, ...target } = await findUpload(repair);
        // Other bytes at this key would be another image.
        if (!isThere) {
          const path = join(await scratch.open(nameFolder(attempt)), 'disk.qcow2');
          const { size } = await stat(path);
          await repairs.reserve(imageId, attempt.fence, size);
          const { uploadId, parts } = await bytes.send({ path, size, to: target, copiesParts: false }, control);
          try {
            await repairs.assertHeld(imageId, attempt.fence);
            await store.completeMultipart({ ...target, uploadId }, parts).catch(throwTakenAway);
          } catch (error) {
            await store.abortMultipart({ ...target, uploadId }).catch(() => undefined);
            throw error;
          }
        }
        await repairs.handedOver(imageId, attempt.fence);
      }),

    discardRepair: (attempt) => scratch.discard(nameFolder(attempt)),
  };
}

function unreadable(): BootreadyError {
  return new BootreadyError({
    code: 'conflict',
    message: 'The original cannot be read as a disk that is safe to open.',
    remedy: 'See its report. Remedies fix only the system, not the image file itself.',
  });
}
