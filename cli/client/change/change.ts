import { z } from 'zod';
import { BootPolicy, ImageName, type ImageSettings, Policy, TargetFormat } from '../../../shared/contracts/image.ts';
import { type Snapshot, SnapshotKind } from '../../../shared/contracts/snapshot.ts';
import { BootreadyError } from '../../../shared/errors.ts';
import { Exit, exitCode } from '../../exit.ts';
import { connect } from '../api/api-client.ts';
import { ask } from '../ask.ts';
import { findImageId } from '../find-image.ts';
import { type OutputOptions, printResult, tell } from '../output.ts';
import { validOption } from '../valid-option.ts';

/** The commands that change an image. */

export type SettingOptions = { format?: string; policy?: string; bootCheck?: string; allowIso?: boolean };

/** @throws `invalid-input` */
export function toSettings({ format, policy, bootCheck, allowIso }: SettingOptions): ImageSettings {
  return {
    ...(format ? { targetFormat: validOption('--format', TargetFormat, format) } : {}),
    ...(policy ? { policy: validOption('--policy', Policy, policy) } : {}),
    ...(bootCheck ? { bootCheck: validOption('--boot-check', BootPolicy, bootCheck) } : {}),
    ...(allowIso ? { allowIso } : {}),
  };
}

export type SnapshotOptions = { snapshot?: string; baseImage?: string; instance?: string };

/** Undefined if it is not a snapshot. @throws `invalid-input` */
export function toSnapshot({ snapshot, baseImage, instance }: SnapshotOptions): Snapshot | undefined {
  return snapshot === undefined
    ? undefined
    : {
        kind: validOption('--kind', SnapshotKind, snapshot),
        ...(baseImage === undefined ? {} : { baseImageId: validOption('--base-image', z.uuid(), baseImage) }),
        ...(instance === undefined ? {} : { instanceId: validOption('--instance', z.uuid(), instance) }),
      };
}

export async function retryImage(word: string, options: OutputOptions & SettingOptions): Promise<void> {
  const settings = toSettings(options);
  const api = await connect();
  const image = await api.createRun(await findImageId(api, word), { settings });
  printResult(
    image,
    () => [
      `Run ${image.activity?.run ?? image.runs.length} of ${image.name} has started.`,
      `"bootready watch ${image.id}" follows it.`,
    ],
    options,
  );
}

export async function cancelImage(word: string, options: OutputOptions & { target?: string }): Promise<void> {
  if (options.target !== undefined) return (await import('./deliver.ts')).cancelDelivery(word, options.target, options);
  const api = await connect();
  const image = await api.cancel(await findImageId(api, word));
  printResult(
    image,
    () => [
      `${image.runs.length > 0 ? 'The run' : image.repair ? 'The repair' : 'The download'} of ${image.name} is being stopped.`,
      `"bootready show ${image.id}" shows when it is stopped.`,
    ],
    options,
  );
}

export async function renameImage(word: string, name: string, options: OutputOptions): Promise<void> {
  const valid = validOption('The new name', ImageName, name);
  const api = await connect();
  const image = await api.changeImage(await findImageId(api, word), { name: valid });
  printResult(image, () => [`${image.id} is now called ${image.name}.`], options);
}

export async function deleteImage(word: string, options: OutputOptions & { yes?: boolean }): Promise<void> {
  const api = await connect();
  const image = await api.image(await findImageId(api, word));
  if (!options.yes && !(await confirm(`Delete image "${image.name}" (${image.id})?`))) {
    tell('Nothing was deleted.', options);
    throw new Exit(exitCode.interrupted);
  }
  await api.deleteImage(image.id);
  printResult({ id: image.id, deleted: true }, () => [`${image.name} is deleted.`], options);
}

/** @throws `invalid-input` where nobody can be asked */
async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new BootreadyError({
      code: 'invalid-input',
      message: 'Deleting needs a confirmation, and there is no terminal to ask for it.',
      remedy: 'Add --yes.',
    });
  }
  return /^y(es)?$/i.test((await ask(`${question} [y/N] `, { hidden: false })).trim());
}
