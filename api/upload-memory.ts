import { BootreadyError } from '../shared/errors.ts';

/** Memory for image data that comes through this process. What does not fit is refused before a byte is read, so that the process cannot swell. */
export type UploadMemory = {
  /** Takes memory for one body; gives what returns it. @throws BootreadyError `unavailable` */
  take(projectId: string, bytes: number): () => void;
  readonly taken: number;
};

/** @param most bytes for all bodies at once; one project gets half of them, so that another one always finds room */
export const createUploadMemory = (most: number): UploadMemory => {
  const perProject = new Map<string, number>();
  let taken = 0;
  return {
    get taken() {
      return taken;
    },
    take: (projectId, bytes) => {
      const own = perProject.get(projectId) ?? 0;
      if (taken + bytes > most) throw busy('The API receives as much image data as it has memory for.');
      if (own > 0 && own + bytes > most / 2) throw busy('Your project sends as many images at once as it may.');
      taken += bytes;
      perProject.set(projectId, own + bytes);
      let isTaken = true;
      return () => {
        if (!isTaken) return;
        isTaken = false;
        taken -= bytes;
        const left = (perProject.get(projectId) ?? bytes) - bytes;
        if (left > 0) perProject.set(projectId, left);
        else perProject.delete(projectId);
      };
    },
  };
};

const busy = (message: string): BootreadyError =>
  new BootreadyError({
    code: 'unavailable',
    message,
    remedy:
      'Try again in a while. "bootready upload" and the portal send straight to the object store, and do not wait for this.',
    retryable: true,
  });
