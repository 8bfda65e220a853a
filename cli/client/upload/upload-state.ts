import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ImageSettings } from '../../../shared/contracts/image.ts';
import { BootreadyError } from '../../../shared/errors.ts';
import { type FileIdentity, isSameFile } from './local-file.ts';

/** The stored state of a running upload, so that the same command can continue it after any kind of end. */
export const UploadState = z.object({
  schema: z.literal('bootready.upload/v1'),
  url: z.string(),
  path: z.string(),
  imageId: z.uuid(),
  name: z.string(),
  settings: ImageSettings,
  size: z.number(),
  mtimeNs: z.string(),
  inode: z.string(),
  /** `completing` from when all parts are in the store: then the store may know of no open upload, and all is well. */
  phase: z.enum(['sending', 'completing']),
});
export type UploadState = z.infer<typeof UploadState>;

/** Why an upload cannot be continued; undefined if it can. */
export function obstacle(
  kept: UploadState,
  now: { identity: FileIdentity; settings: ImageSettings },
): 'file-changed' | 'other-settings' | undefined {
  if (!isSameFile(kept, now.identity)) return 'file-changed';
  const fields = Object.keys(ImageSettings.shape) as (keyof ImageSettings)[];
  return fields.some((field) => kept.settings[field] !== now.settings[field]) ? 'other-settings' : undefined;
}

export type UploadStateFile = ReturnType<typeof uploadStateFile>;

/** One file for each local file and installation, for this user alone. */
export function uploadStateFile(stateDir: string, { url, path }: { url: string; path: string }) {
  const dir = join(stateDir, 'uploads');
  const place = join(dir, `${createHash('sha256').update(`${url}\n${path}`).digest('hex')}.json`);
  return {
    place,
    /** Undefined if there is no file, or if it cannot be understood. */
    read: async (): Promise<UploadState | undefined> => {
      try {
        const state = UploadState.parse(JSON.parse(await readFile(place, 'utf8')));
        return state.url === url && state.path === path ? state : undefined;
      } catch {
        return undefined;
      }
    },
    /** Whole or not at all, whenever this process is killed. */
    write: async (state: UploadState): Promise<void> => {
      try {
        await mkdir(dir, { recursive: true, mode: 0o700 });
        const draft = `${place}.${process.pid}`;
        await writeFile(draft, JSON.stringify(state), { mode: 0o600 });
        await rename(draft, place);
      } catch (cause) {
        throw new BootreadyError({
          code: 'unavailable',
          message: `The state for continuing an upload cannot be stored in ${dir} (${(cause as NodeJS.ErrnoException).code ?? 'unknown reason'}).`,
          remedy: 'Make that folder writable, or name another one in XDG_STATE_HOME.',
          cause,
        });
      }
    },
    forget: (): Promise<void> => rm(place, { force: true }),
  };
}
