/** The data of an upload that the browser keeps: enough to recognise the same file. No key, no link. */
export type KeptUpload = {
  imageId: string;
  projectId: string;
  name: string;
  fileName: string;
  size: number;
  /** In milliseconds, as the browser reports it for a file. */
  lastModified: number;
  /** SHA-256 over samples of the file, hex. */
  fingerprint: string;
  /** For each part that the store has confirmed as complete: its number, and the first characters of its ETag. */
  parts?: Record<string, string>;
};

/** Enough to distinguish two ETags; there may be thousands of parts, and little room. */
export function shortEtag(etag: string | undefined): string {
  return (etag ?? '').replaceAll(/^"|"$/g, '').toLowerCase().slice(0, 8);
}

const storageKey = 'bootready.uploads';

function isKept(value: unknown): value is KeptUpload {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['imageId', 'projectId', 'name', 'fileName', 'fingerprint'].every(
      (key) => typeof (value as Record<string, unknown>)[key] === 'string',
    ) &&
    ['size', 'lastModified'].every((key) => typeof (value as Record<string, unknown>)[key] === 'number')
  );
}

/** Uploads of this browser that are not finished, whichever tab began them. */
export function openKeptUploads(storage: Pick<Storage, 'getItem' | 'setItem'>) {
  const all = (): KeptUpload[] => {
    try {
      const found: unknown = JSON.parse(storage.getItem(storageKey) ?? '[]');
      return Array.isArray(found) ? found.filter(isKept) : [];
    } catch {
      return [];
    }
  };
  const write = (uploads: readonly KeptUpload[]): void => storage.setItem(storageKey, JSON.stringify(uploads));
  const others = (imageId: string): KeptUpload[] => all().filter((upload) => upload.imageId !== imageId);
  return {
    of: (projectId: string): KeptUpload[] => all().filter((upload) => upload.projectId === projectId),
    keep: (upload: KeptUpload): void => write([...others(upload.imageId), upload]),
    keepPart: (imageId: string, partNumber: number, etag: string): void => {
      const upload = all().find((each) => each.imageId === imageId);
      if (upload) write([...others(imageId), { ...upload, parts: { ...upload.parts, [partNumber]: etag } }]);
    },
    partsOf: (imageId: string): Map<number, string> => {
      const { parts = {} } = all().find((each) => each.imageId === imageId) ?? {};
      return new Map(Object.entries(parts).map(([partNumber, etag]) => [Number(partNumber), String(etag)]));
    },
    forget: (imageId: string): void => write(others(imageId)),
  };
}
export type KeptUploads = ReturnType<typeof openKeptUploads>;

const sampleBytes = 64 * 1024;

/**
 * Tells files of one size apart without reading them whole: SHA-256 of their beginning, middle and end. A file that differs elsewhere is
 * found by its time of change, which has to be the same as well.
 */
export async function computeFingerprint(file: Blob): Promise<string> {
  const at = [0, Math.floor(file.size / 2), Math.max(0, file.size - sampleBytes)];
  const samples = new Blob(at.map((offset) => file.slice(offset, offset + sampleBytes)));
  const hash = await crypto.subtle.digest('SHA-256', await samples.arrayBuffer());
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

export async function isSameFile(kept: KeptUpload, file: File): Promise<boolean> {
  return (
    kept.size === file.size &&
    kept.lastModified === file.lastModified &&
    kept.fingerprint === (await computeFingerprint(file))
  );
}
