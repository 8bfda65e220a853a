import type { CreateImage, ImageView } from '../../shared/contracts/api.ts';
import { hurryEvent } from '../../shared/transfer/retry.ts';
import { createTransferMeter, type TransferMeter } from '../../shared/transfer/transfer-meter.ts';
import { computeFingerprint, isSameFile, type KeptUpload, type KeptUploads } from './kept-uploads.ts';
import { hasItsBytes, isTaken, sendFile, type Transfer } from './send-file.ts';

/**
 * - `needs-file`: begun earlier, and the browser has no hold of the file any more
 * - `waiting`: the network or a server is away; it goes on by itself
 * - `failed`: it stopped; `problem` says why; can be resumed
 */
export type UploadPhase = 'needs-file' | 'sending' | 'waiting' | 'paused' | 'completing' | 'done' | 'failed';

export type Upload = {
  imageId: string;
  name: string;
  fileName: string;
  size: number;
  done: number;
  speed: number | undefined;
  secondsLeft: number | undefined;
  /** For how long nothing has moved, once that is worth telling. */
  silentSeconds: number | undefined;
  phase: UploadPhase;
  problem: unknown;
};

/** In whole percent; 100 only when it is all. */
export function computePercent({ size, done, phase }: Pick<Upload, 'size' | 'done' | 'phase'>): number {
  return size === 0 ? 0 : Math.min(phase === 'done' ? 100 : 99, Math.floor((done / size) * 100));
}

type UploadsApi = Transfer['api'] & {
  createImage(image: CreateImage): Promise<ImageView>;
  abandonUpload(id: string): Promise<void>;
  deleteImage(id: string): Promise<void>;
};

export type UploadsDeps = Omit<Transfer, 'api'> & {
  api: UploadsApi;
  kept: KeptUploads;
  projectId: string;
  /** Holds a lock of that name while `work` goes on, in this tab alone; false when another tab has it. */
  alone(name: string, work: () => Promise<void>): Promise<boolean>;
  now(): number;
};

/** The file was read before and is not what it was. */
export class FileChanged extends Error {}
/** Chosen to go on with an upload, and it is another one. */
export class OtherFile extends Error {}
/** Another tab of this browser sends it already. */
export class SentElsewhere extends Error {}

type Going = {
  kept: KeptUpload;
  /** It must go on. A stopped upload may take a moment to end, and the user may start it again before that. */
  wanted: boolean;
  file?: File;
  stop?: AbortController;
  meter?: TransferMeter;
  work?: Promise<void>;
};

/** A connection that is silent for this long is shown. */
const silentAfterSeconds = 10;

/** How often listeners get the progress. */
const tellEveryMs = 250;

/** The uploads of this tab: they go on whatever page is shown, and each is known again after a reload. */
export function createUploads(deps: UploadsDeps) {
  const { api, kept, now } = deps;
  const going = new Map<string, Going>();
  const listeners = new Set<() => void>();
  const hurry = new EventTarget();
  let snapshot: readonly Upload[] = [];

  const change = (imageId: string, changed: Partial<Upload>): void => {
    snapshot = snapshot.map((upload) => (upload.imageId === imageId ? { ...upload, ...changed } : upload));
    for (const listener of listeners) listener();
  };
  const add = (entry: KeptUpload, upload: Partial<Upload>): void => {
    const { imageId, name, fileName, size } = entry;
    const begun = { done: 0, speed: undefined, secondsLeft: undefined, silentSeconds: undefined, problem: undefined };
    snapshot = [...snapshot, { imageId, name, fileName, size, ...begun, phase: 'sending', ...upload }];
    for (const listener of listeners) listener();
  };
  const drop = (imageId: string): void => {
    going.delete(imageId);
    snapshot = snapshot.filter((upload) => upload.imageId !== imageId);
    for (const listener of listeners) listener();
  };

  const isSending = (imageId: string): boolean =>
    snapshot.some((upload) => upload.imageId === imageId && upload.phase === 'sending');

  const run = async (imageId: string): Promise<void> => {
    const upload = going.get(imageId);
    if (!upload?.file) return;
    upload.wanted = true;
    while (upload.work) {
      if (!upload.stop?.signal.aborted) return;
      change(imageId, { phase: 'sending', problem: undefined });
      await upload.work.catch(() => undefined);
      if (!upload.wanted || going.get(imageId) !== upload) return;
    }
    const { file } = upload;
    const stop = new AbortController();
    upload.stop = stop;
    const work = async (): Promise<void> => {
      change(imageId, { phase: 'sending', problem: undefined, speed: undefined, secondsLeft: undefined });
      // Reports by the clock, not by received data, so a connection without progress is shown too.
      let heard = now();
      let reached = -1;
      const telling = setInterval(() => {
        if (!upload.meter || !isSending(imageId)) return;
        const silent = Math.floor(now() - heard);
        // A speed that only falls says nothing of a connection that does not move.
        if (silent < silentAfterSeconds) change(imageId, { ...upload.meter.reading(now()), silentSeconds: undefined });
        else change(imageId, { silentSeconds: silent, speed: undefined, secondsLeft: undefined });
      }, tellEveryMs);
      try {
        await sendFile(deps, {
          imageId,
          file,
          signal: stop.signal,
          hurry,
          taken: kept.partsOf(imageId),
          onTaken: (partNumber, etag) => kept.keepPart(imageId, partNumber, etag),
          onProgress: (bytes) => {
            if (bytes !== reached) heard = now();
            reached = bytes;
            upload.meter ??= createTransferMeter({ total: file.size, done: bytes, now: now() });
            upload.meter.reached(bytes, now());
          },
          onWaiting: (waits) => change(imageId, { phase: waits ? 'waiting' : 'sending' }),
          onCompleting: () => change(imageId, { phase: 'completing', done: file.size, speed: undefined }),
        });
        kept.forget(imageId);
        change(imageId, { phase: 'done', done: file.size, speed: undefined, secondsLeft: undefined });
      } catch (error) {
        if (stop.signal.aborted) return;
        // Completed before, and the answer was lost: then the store has it all.
        if (await hasItsBytes(api, imageId)) {
          kept.forget(imageId);
          change(imageId, { phase: 'done', done: file.size });
        } else change(imageId, { phase: 'failed', problem: await cause(error, file), speed: undefined });
      } finally {
        clearInterval(telling);
        delete upload.meter;
      }
    };
    upload.work = deps.alone(`bootready-upload-${imageId}`, work).then((isAlone) => {
      if (!isAlone) change(imageId, { phase: 'failed', problem: new SentElsewhere() });
    });
    try {
      await upload.work;
    } finally {
      delete upload.work;
    }
  };

  /** Browsers say of a file that has changed only that the request failed. */
  const cause = async (error: unknown, file: File): Promise<unknown> => {
    try {
      await file.slice(0, 1).arrayBuffer();
      return error;
    } catch {
      return new FileChanged();
    }
  };

  const halt = async (imageId: string): Promise<void> => {
    const upload = going.get(imageId);
    if (!upload) return;
    upload.wanted = false;
    upload.stop?.abort(new Error('stopped'));
    await upload.work?.catch(() => undefined);
  };

  return {
    subscribe: (listener: () => void): (() => void) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    all: (): readonly Upload[] => snapshot,

    /** Shows uploads from earlier, except those that another tab is sending. */
    recall: async (heldElsewhere: () => Promise<ReadonlySet<string>>): Promise<void> => {
      const held = await heldElsewhere();
      for (const entry of kept.of(deps.projectId)) {
        if (going.has(entry.imageId) || held.has(`bootready-upload-${entry.imageId}`)) continue;
        going.set(entry.imageId, { kept: entry, wanted: false });
        add(entry, { phase: 'needs-file' });
        void api
          .openUpload(entry.imageId, entry.size)
          .then(({ parts }) => {
            const taken = kept.partsOf(entry.imageId);
            const done = parts.reduce((sum, part) => sum + (isTaken(taken, part) ? part.size : 0), 0);
            change(entry.imageId, { done });
          })
          .catch((error: unknown) => {
            // Deleted, or its bytes are there: nothing is left to go on with.
            if (deps.passes(error)) return;
            kept.forget(entry.imageId);
            drop(entry.imageId);
          });
      }
    },

    /** Announces an image and begins to send its file. @returns the image's ID @throws whatever the API says to the announcement */
    start: async (
      name: string,
      file: File,
      more: Omit<CreateImage, 'name' | 'size' | 'source'> = {},
    ): Promise<string> => {
      const fingerprint = await computeFingerprint(file);
      const image = await api.createImage({ ...more, name, size: file.size });
      const entry: KeptUpload = {
        imageId: image.id,
        projectId: deps.projectId,
        name,
        fileName: file.name,
        size: file.size,
        lastModified: file.lastModified,
        fingerprint,
      };
      kept.keep(entry);
      going.set(image.id, { kept: entry, wanted: true, file });
      add(entry, {});
      void run(image.id);
      return image.id;
    },

    pause: async (imageId: string): Promise<void> => {
      change(imageId, { phase: 'paused', speed: undefined, secondsLeft: undefined });
      await halt(imageId);
      const { phase } = snapshot.find((upload) => upload.imageId === imageId) ?? {};
      // Meanwhile it may have come to its end, or be wanted again.
      if (phase !== 'done' && going.get(imageId)?.wanted === false) change(imageId, { phase: 'paused' });
    },

    resume: (imageId: string): void => void run(imageId),

    /** For `needs-file`. */
    giveFile: async (imageId: string, file: File): Promise<void> => {
      const upload = going.get(imageId);
      if (!upload) return;
      if (!(await isSameFile(upload.kept, file))) return change(imageId, { problem: new OtherFile() });
      upload.file = file;
      void run(imageId);
    },

    /** Cancels the upload and deletes its image. @throws errors of the API, except that the image no longer exists */
    cancel: async (imageId: string): Promise<void> => {
      await halt(imageId);
      try {
        await api.abandonUpload(imageId);
        await api.deleteImage(imageId);
      } catch (error) {
        if ((error as { status?: number }).status !== 404) {
          change(imageId, { phase: 'failed', problem: error });
          return;
        }
      }
      kept.forget(imageId);
      drop(imageId);
    },

    dismiss: drop,

    /** Nobody is signed in any more. The uploads are recognised again later. */
    stopAll: (): void => {
      for (const upload of going.values()) {
        upload.wanted = false;
        upload.stop?.abort(new Error('signed out'));
      }
    },

    /** The network is back: whatever waits for it, or stopped for want of it, goes on. */
    networkIsBack: (): void => {
      hurry.dispatchEvent(new Event(hurryEvent));
      for (const { imageId, phase, problem } of snapshot) {
        if (phase === 'failed' && deps.passes(problem)) void run(imageId);
      }
    },

    isBusy: (): boolean => snapshot.some(({ phase }) => ['sending', 'waiting', 'completing'].includes(phase)),
  };
}
export type Uploads = ReturnType<typeof createUploads>;
