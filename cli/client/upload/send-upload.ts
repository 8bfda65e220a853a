import { basename } from 'node:path';
import type { FindingView } from '../../../shared/contracts/api.ts';
import { ImageName, type ImageSettings } from '../../../shared/contracts/image.ts';
import type { Snapshot } from '../../../shared/contracts/snapshot.ts';
import { isBootreadyError } from '../../../shared/errors.ts';
import { stripEndings } from '../../../shared/formats/facts.ts';
import { formatBytes } from '../../../shared/text/quantities.ts';
import { createRateLimit, noLimit, type RateLimit } from '../../../shared/transfer/rate-limit.ts';
import { tellLine } from '../../terminal.ts';
import type { ApiClient } from '../api/api-client.ts';
import { findStateDir, toLanguage } from '../api/connection.ts';
import type { TransferOptions } from '../api/outages.ts';
import { type SettingOptions, type SnapshotOptions, toSettings, toSnapshot } from '../change/change.ts';
import { type OutputOptions, tell } from '../output.ts';
import { validOption } from '../valid-option.ts';
import { findRefusals } from './check-before.ts';
import { type LocalFile, openLocalFile } from './local-file.ts';
import { sendFile } from './send-file.ts';
import { obstacle, type UploadState, type UploadStateFile, uploadStateFile } from './upload-state.ts';

export type UploadOptions = OutputOptions &
  SettingOptions &
  SnapshotOptions & { name?: string; parallel: number; wait: boolean; check: boolean } & TransferOptions;

export type Wanted = { fileName: string; name: string; settings: ImageSettings; snapshot: Snapshot | undefined };

/** @throws `invalid-input` */
export function readWanted(fileName: string, options: UploadOptions): Wanted {
  return {
    fileName,
    name: validOption('--name', ImageName, options.name ?? stripEndings(basename(fileName))),
    settings: toSettings(options),
    snapshot: toSnapshot(options),
  };
}

/** Filled while a file is sent, for the message after an interruption. */
export type SendProgress = { imageId?: string; isSent?: boolean };

/** The result of sending: the image, or the reason why the installation refused it. Until `forget`, the same command sends nothing again. */
export async function send(
  api: ApiClient,
  wanted: Wanted,
  options: UploadOptions & { limit?: RateLimit },
  signal: AbortSignal,
  progress: SendProgress = {},
): Promise<{ imageId: string; forget: () => Promise<void> } | { refusals: FindingView[] }> {
  const { fileName } = wanted;
  const limit = options.limit ?? (options.bwlimit ? createRateLimit(options.bwlimit) : noLimit);
  const file = await openLocalFile(fileName);
  try {
    const states = uploadStateFile(findStateDir(process.env), { url: api.url, path: file.path });
    const isBegun = (await states.read()) !== undefined;
    const refusals = options.check ? await refusalsBefore(api, file, fileName, isBegun, options) : [];
    if (refusals.length > 0) return { refusals };
    const state = await begin(api, file, states, { ...wanted, options });
    progress.imageId = state.imageId;
    await sendFile(api, file, states, state, {
      fileName,
      signal,
      parallel: options.parallel,
      limit,
      stillMs: options.timeout * 1000,
      json: options.json,
    });
    progress.isSent = true;
    return { imageId: state.imageId, forget: states.forget };
  } finally {
    await file.close();
  }
}

/** Why the installation would refuse the file, in the catalogue's words. */
async function refusalsBefore(
  api: ApiClient,
  file: LocalFile,
  fileName: string,
  isBegun: boolean,
  { allowIso, json }: UploadOptions,
): Promise<FindingView[]> {
  const { limits, quota } = await api.self();
  const refusals = await findRefusals(
    file.source,
    { ...limits, allowIso: allowIso ?? limits.allowIso },
    isBegun ? undefined : quota,
    toLanguage(process.env),
  );
  if (json) return refusals;
  for (const { code, problem, remedy } of refusals) {
    tellLine(`${fileName} is refused: ${problem ?? code}`);
    if (remedy) tellLine(remedy);
    if (code === 'iso-not-allowed') tellLine('Use --allow-iso on this command line.');
  }
  return refusals;
}

/** The earlier upload of this file, if it can be continued. Otherwise a new one, recorded before its first byte. */
async function begin(
  api: ApiClient,
  file: LocalFile,
  states: UploadStateFile,
  wanted: Wanted & { options: OutputOptions },
): Promise<UploadState> {
  const { fileName, name, settings, snapshot, options } = wanted;
  const kept = await states.read();
  if (kept) {
    const inTheWay = obstacle(kept, { identity: file.identity, settings });
    if (!inTheWay) {
      const image = await findExisting(() =>
        kept.name === name ? api.image(kept.imageId) : api.changeImage(kept.imageId, { name }),
      );
      if (image) {
        if (kept.name !== name) await states.write({ ...kept, name });
        return { ...kept, name };
      }
      tell('The earlier upload no longer exists. Starting again.', options);
    } else {
      tell(
        inTheWay === 'file-changed'
          ? `${fileName} changed after its upload started. Starting again.`
          : 'The earlier upload used other settings. Starting again.',
        options,
      );
      // When its bytes are there already and are being processed, it is an image like any other.
      await findExisting(() => api.deleteImage(kept.imageId));
    }
    await states.forget();
  }
  const { size } = file.identity;
  const image = await api.createImage({ name, settings, size, ...(snapshot ? { snapshot } : {}) });
  const state: UploadState = {
    schema: 'bootready.upload/v1',
    url: api.url,
    path: file.path,
    imageId: image.id,
    name,
    settings,
    ...file.identity,
    phase: 'sending',
  };
  await states.write(state);
  tell(`Sending ${basename(fileName)} (${formatBytes(size)}) to ${api.url} as ${name}.`, options);
  return state;
}

/** Undefined when the image is not there, or not in a state for it. */
async function findExisting<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isBootreadyError(error) && (error.code === 'not-found' || error.code === 'conflict')) return undefined;
    throw error;
  }
}
