import type { ChangeImage } from '../../../shared/contracts/api.ts';
import { ImageName } from '../../../shared/contracts/image.ts';
import { BootreadyError } from '../../../shared/errors.ts';
import { connect } from '../api/api-client.ts';
import { findImageId } from '../find-image.ts';
import { type OutputOptions, printResult } from '../output.ts';
import { validOption } from '../valid-option.ts';

export type SetOptions = OutputOptions & {
  name?: string;
  minRam?: number;
  minDisk?: number;
  property?: string[];
  removeProperty?: string[];
};

/** Changes what an image is called, what it needs, and its properties; what is not named stays. */
export async function setImage(word: string, options: SetOptions): Promise<void> {
  const change = toChange(options);
  const api = await connect();
  const image = await api.changeImage(await findImageId(api, word), change);
  const { name, id, minRam, minDisk, properties } = image;
  printResult(
    image,
    () => [
      `${name} (${id})`,
      `  needs at least ${minRam} MiB of memory and ${minDisk} GiB of disk`,
      ...Object.entries(properties).map(([key, value]) => `  ${key}=${value}`),
    ],
    options,
  );
}

/** @throws `invalid-input` */
export function toChange({ name, minRam, minDisk, property = [], removeProperty = [] }: SetOptions): ChangeImage {
  const set = property.map(readPair);
  const twice = [...set.map(([key]) => key), ...removeProperty].find((key, at, all) => all.indexOf(key) !== at);
  if (twice !== undefined) throw invalid(`The property "${twice}" is named twice.`, 'Name it once.');
  const properties = Object.fromEntries<string | null>([...set, ...removeProperty.map((key) => [key, null] as const)]);
  const change: ChangeImage = {
    ...(name === undefined ? {} : { name: validOption('--name', ImageName, name) }),
    ...(minRam === undefined ? {} : { minRam }),
    ...(minDisk === undefined ? {} : { minDisk }),
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
  };
  if (Object.keys(change).length > 0) return change;
  throw invalid('No change is given.', '"bootready set --help" lists the settings.');
}

function readPair(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw invalid(`--property ${text} has no value.`, 'Write it as --property NAME=VALUE.');
}

function invalid(message: string, remedy: string): BootreadyError {
  return new BootreadyError({ code: 'invalid-input', message, remedy });
}
