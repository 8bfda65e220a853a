import { basename } from 'node:path';
import type { ImageDetail, ImageView } from '../../shared/contracts/api.ts';
import { ImageName, type ImageSettings } from '../../shared/contracts/image.ts';
import { isBootreadyError } from '../../shared/errors.ts';
import { formatBytes } from '../../shared/quantities.ts';
import { Exit, exitCode } from '../exit.ts';
import { tellLine } from '../terminal.ts';
import { type ApiClient, connect } from './api-client.ts';
import { type SettingOptions, settingsOf } from './change.ts';
import { refusalsOf } from './check-before.ts';
import { languageOf, stateDirOf } from './connection.ts';
import { exitCodeOfRun, followRun } from './follow.ts';
import { endLines } from './image-text.ts';
import { interruptible } from './interrupt.ts';
import { type LocalFile, openLocalFile } from './local-file.ts';
import { type OutputOptions, printResult, tell } from './output.ts';
import { sendFile } from './send-file.ts';
import { obstacle, type UploadState, type UploadStateFile, uploadStateFile } from './upload-state.ts';
import { validOption } from './valid-option.ts';

export type UploadOptions = OutputOptions &
  SettingOptions & { name: string; parallel: number; wait: boolean; check: boolean };

/** Sends a file, continues what was begun of it, and follows its run. */
export const upload = (fileName: string, options: UploadOptions): Promise<void> => {
  const name = validOption('--name', ImageName, options.name);
  const settings = settingsOf(options);
  let imageId: string | undefined;
  let isSent = false;
  const work = async (signal: AbortSignal): Promise<void> => {
    const api = await connect(signal);
    const file = await openLocalFile(fileName);
    try {
      const states = uploadStateFile(stateDirOf(process.env), { url: api.url, path: file.path });
      const isBegun = (await states.read()) !== undefined;
      if (options.check) await refuseEarly(api, file, fileName, isBegun, options);
      const state = await begin(api, file, states, { fileName, name, settings, options });
      imageId = state.imageId;
      await sendFile(api, file, states, state, { fileName, signal, ...options });
      isSent = true;
    } finally {
      await file.close();
    }
    if (options.wait) await followToTheEnd(api, imageId, options, signal);
    else printSent(await api.image(imageId), options);
  };
  return interruptible(work, () => {
    if (isSent) tell(`Interrupted; the image is processed all the same: "bootready watch ${imageId}".`, options);
    else if (imageId) tell('Interrupted; the same command continues the upload.', options);
  });
};

/** Ends the command with the catalogue's words when the installation would refuse the file anyway. */
const refuseEarly = async (
  api: ApiClient,
  file: LocalFile,
  fileName: string,
  isBegun: boolean,
  { allowIso, json }: UploadOptions,
): Promise<void> => {
  const { limits, quota } = await api.self();
  const refusals = await refusalsOf(
    file.source,
    { ...limits, allowIso: allowIso ?? limits.allowIso },
    isBegun ? undefined : quota,
    languageOf(process.env),
  );
  if (refusals.length === 0) return;
  printResult({ refused: true, findings: refusals }, () => [], { json });
  if (!json) {
    for (const { code, problem, remedy } of refusals) {
      tellLine(`${fileName} is refused: ${problem ?? code}`);
      if (remedy) tellLine(remedy);
      if (code === 'iso-not-allowed') tellLine('On this command line that is --allow-iso.');
    }
  }
  throw new Exit(exitCode.rejected);
};

/** The upload of this file that was begun, if it can be continued; else a new one, noted before its first byte. */
const begin = async (
  api: ApiClient,
  file: LocalFile,
  states: UploadStateFile,
  wanted: { fileName: string; name: string; settings: ImageSettings; options: OutputOptions },
): Promise<UploadState> => {
  const { fileName, name, settings, options } = wanted;
  const kept = await states.read();
  if (kept) {
    const inTheWay = obstacle(kept, { identity: file.identity, settings });
    if (!inTheWay) {
      const image = await existing(() =>
        kept.name === name ? api.image(kept.imageId) : api.renameImage(kept.imageId, name),
      );
      if (image) {
        if (kept.name !== name) await states.write({ ...kept, name });
        return { ...kept, name };
      }
      tell('The upload that was begun is not there any more: it begins anew.', options);
    } else {
      tell(
        inTheWay === 'file-changed'
          ? `${fileName} was changed since its upload was begun: it begins anew.`
          : 'The upload was begun with other settings: it begins anew.',
        options,
      );
      // When its bytes are there already and are being processed, it is an image like any other.
      await existing(() => api.deleteImage(kept.imageId));
    }
    await states.forget();
  }
  const { size } = file.identity;
  const image = await api.createImage({ name, settings, size });
  const state: UploadState = {
    schema: 'bootready.upload/v1',
    ...{ url: api.url, path: file.path, imageId: image.id, name, settings },
    ...file.identity,
    phase: 'sending',
  };
  await states.write(state);
  tell(`Sending ${basename(fileName)} (${formatBytes(size)}) to ${api.url} as ${name}.`, options);
  return state;
};

/** Undefined when the image is not there, or not in a state for it. */
const existing = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await work();
  } catch (error) {
    if (isBootreadyError(error) && (error.code === 'not-found' || error.code === 'conflict')) return undefined;
    throw error;
  }
};

const followToTheEnd = async (
  api: ApiClient,
  imageId: string,
  options: OutputOptions,
  signal: AbortSignal,
): Promise<void> => {
  const image: ImageDetail = await followRun(api, imageId, options, signal);
  printResult(image, () => endLines(image), options);
  const code = exitCodeOfRun(image);
  if (code !== exitCode.done) throw new Exit(code);
};

const printSent = (image: ImageView, options: OutputOptions): void =>
  printResult(
    image,
    () => [
      `${image.name} is sent; its id is ${image.id}.`,
      `"bootready watch ${image.id}" follows what becomes of it.`,
    ],
    options,
  );
