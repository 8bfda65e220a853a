import { readFile } from 'node:fs/promises';
import type { ImageSourceView, SetImageSource } from '../../../shared/contracts/api.ts';
import { Checksum, SourceUrl } from '../../../shared/contracts/download.ts';
import { Family, ImageName } from '../../../shared/contracts/image.ts';
import { BootreadyError } from '../../../shared/errors.ts';
import { formatTime } from '../../../shared/text/quantities.ts';
import type { Line } from '../../terminal.ts';
import { connect } from '../api/api-client.ts';
import { type SettingOptions, toSettings } from '../change/change.ts';
import { findImageId } from '../find-image.ts';
import { type OutputOptions, printResult, tell } from '../output.ts';
import { table } from '../table.ts';
import { validOption } from '../valid-option.ts';

/** Platform images: what administrators offer to everyone. */

export async function promoteImage(word: string, options: OutputOptions & { family: string }): Promise<void> {
  const family = validOption('--family', Family, options.family);
  const api = await connect();
  const image = await api.promote(await findImageId(api, word), { family });
  printResult(
    image,
    () => [`${image.name} (${image.id}) is now the platform image of ${family}; the previous one is hidden.`],
    options,
  );
}

export async function listFamilies(options: OutputOptions): Promise<void> {
  const found = await (await connect()).families();
  printResult(
    found,
    () =>
      found.families.length > 0
        ? table(
            ['FAMILY', 'NAME', 'CREATED', 'ID'],
            found.families.map(({ family, latest }) => [family, latest.name, formatTime(latest.createdAt), latest.id]),
          )
        : [],
    options,
  );
  if (found.families.length === 0) {
    tell('No platform images yet. Administrators create one: "bootready promote IMAGE --family FAMILY".', options);
  }
}

export type SourceOptions = OutputOptions &
  SettingOptions & {
    url: string;
    checksum?: string;
    checksumUrl?: string;
    signingKey?: string;
    signatureUrl?: string;
    every: number;
    name?: string;
    keep?: number;
  };

export async function setSource(word: string, options: SourceOptions): Promise<void> {
  const { checksum, checksumUrl, signingKey, signatureUrl, name, keep } = options;
  if ((checksum === undefined) === (checksumUrl === undefined)) {
    throw new BootreadyError({
      code: 'invalid-input',
      message: 'A source needs exactly one of --checksum-url and --checksum.',
      remedy:
        'Add --checksum-url URL of its SHA256SUMS or SHA512SUMS, or --checksum sha256:HEX of a file that never changes.',
    });
  }
  const source: SetImageSource = {
    url: validOption('--url', SourceUrl, options.url),
    everySeconds: options.every * 3600,
    settings: toSettings(options),
    ...(checksum === undefined ? {} : { checksum: validOption('--checksum', Checksum, checksum) }),
    ...(checksumUrl === undefined ? {} : { checksumUrl: validOption('--checksum-url', SourceUrl, checksumUrl) }),
    ...(signingKey === undefined ? {} : { signingKeys: await publicKeysIn(signingKey) }),
    ...(signatureUrl === undefined ? {} : { signatureUrl: validOption('--signature-url', SourceUrl, signatureUrl) }),
    ...(keep === undefined ? {} : { keep }),
    ...(name === undefined ? {} : { name: validOption('--name', ImageName, name) }),
  };
  const api = await connect();
  const set = await api.setImageSource(validOption('The family', Family, word), source);
  printResult(
    set,
    () => [
      `${set.family} is downloaded from ${set.url}, now and whenever its checksum changes; it is refreshed every ${options.every} h.`,
    ],
    options,
  );
}

async function publicKeysIn(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  if (text.includes('-----BEGIN PGP PUBLIC KEY BLOCK-----')) return text;
  throw new BootreadyError({
    code: 'invalid-input',
    message: `${file} contains no OpenPGP public key.`,
    remedy: 'Create it with: gpg --armor --export KEY',
  });
}

export async function listSources(options: OutputOptions): Promise<void> {
  const found = await (await connect()).imageSources();
  printResult(found, () => found.sources.flatMap(sourceLines), options);
  if (found.sources.length === 0) {
    tell('No sources yet. "bootready source set FAMILY --url URL --checksum-url URL" creates one.', options);
  }
}

function sourceLines({ family, url, mustBeSigned, lookedAt, imageId, keep, failure }: ImageSourceView): Line[] {
  return [
    `${family}  ${url}${mustBeSigned ? '  (checksums are signed)' : ''}`,
    `  ${lookedAt ? `refreshed ${formatTime(lookedAt)}` : 'not refreshed yet'}, newest image ${imageId ?? 'none'}, earlier ones kept: ${keep ?? 'all'}`,
    ...(failure ? [`  ${[failure.message, ...(failure.remedy ? [failure.remedy] : [])].join(' ')}`] : []),
  ];
}

export async function refreshSource(word: string, options: OutputOptions): Promise<void> {
  const api = await connect();
  const source = await api.refreshImageSource(validOption('The family', Family, word));
  printResult(
    source,
    () => [`${source.family} is refreshed within a minute; "bootready source list" shows the result.`],
    options,
  );
}

export async function deleteSource(word: string, options: OutputOptions): Promise<void> {
  const family = validOption('The family', Family, word);
  await (await connect()).deleteImageSource(family);
  printResult({ family, deleted: true }, () => [`${family} is removed; its images stay.`], options);
}
