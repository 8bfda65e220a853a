import { z } from 'zod';
import type { ImageView } from '../../../shared/contracts/api.ts';
import { ImageStatus, ListedSystem, Visibility } from '../../../shared/contracts/image.ts';
import { listedBootResults } from '../../../shared/status/boot-result.ts';
import { formatBytes, formatTime } from '../../../shared/text/quantities.ts';
import { Exit } from '../../exit.ts';
import { connect } from '../api/api-client.ts';
import { findImageId } from '../find-image.ts';
import { interruptible } from '../interrupt.ts';
import { type OutputOptions, printResult, tell } from '../output.ts';
import { type Cell, table } from '../table.ts';
import { validOption } from '../valid-option.ts';
import { exitCodeOfRun, followRun } from './follow.ts';
import { toState } from './state-text.ts';

/** The commands that only read. */

const pageSize = 500;

type ListOptions = {
  status?: string;
  name?: string;
  system?: string;
  boot?: string;
  visibility?: string;
  snapshots?: boolean;
  shared?: boolean;
  limit: number;
};

/** Ends of a run that "list" shows in place of Glance's status "killed" (or "queued"). */
const ends = { rejected: 'killed', failed: 'killed', cancelled: undefined } as const;

function toStatus(word: string | undefined): { status?: ImageStatus | undefined; ended?: keyof typeof ends } {
  if (word === undefined) return {};
  if (Object.hasOwn(ends, word)) {
    const ended = word as keyof typeof ends;
    return { status: ends[ended], ended };
  }
  return { status: validOption('--status', ImageStatus, word) };
}

export async function listImages(options: OutputOptions & ListOptions): Promise<void> {
  const { name, limit, snapshots, shared } = options;
  const { status, ended } = toStatus(options.status);
  const system = options.system ? validOption('--system', ListedSystem, options.system) : undefined;
  const boot = options.boot ? validOption('--boot', z.enum(listedBootResults), options.boot) : undefined;
  const visibility = options.visibility ? validOption('--visibility', Visibility, options.visibility) : undefined;
  const api = await connect();
  const images: ImageView[] = [];
  let next: string | undefined;
  do {
    const page = await api.images({
      limit: Math.min(pageSize, limit - images.length),
      ...(status ? { status } : {}),
      ...(system ? { system } : {}),
      ...(boot ? { boot } : {}),
      ...(visibility ? { visibility } : {}),
      ...(snapshots ? { imageType: 'snapshot' as const } : {}),
      ...(shared ? { shared: 'all' as const } : {}),
      ...(name === undefined ? {} : { name }),
      ...(next ? { after: next } : {}),
    });
    images.push(...page.images.filter(({ activity }) => !ended || activity?.status === ended));
    next = page.next;
  } while (next && images.length < limit);
  printResult(
    { images, ...(next ? { next } : {}) },
    () => {
      if (images.length === 0) return [];
      return shared
        ? table(['NAME', 'STATE', 'SIZE', 'FORMAT', 'FROM', 'ANSWER', 'ID'], images.map(toSharedRow))
        : table(['NAME', 'STATE', 'SYSTEM', 'SIZE', 'FORMAT', 'VISIBILITY', 'CREATED', 'ID'], images.map(row));
    },
    options,
  );
  if (images.length === 0) {
    tell(
      shared
        ? 'No other project shares a matching image with yours.'
        : 'No images yet. "bootready upload FILE --name NAME" creates one.',
      options,
    );
  }
  if (next) tell(`There are more images; --limit ${limit * 2} shows more of them.`, options);
}

function toFacts(image: ImageView): Cell[] {
  const size = image.size ?? image.upload.size;
  return [image.name, toState(image), size === null ? '-' : formatBytes(size), image.diskFormat ?? '-'];
}
function row(image: ImageView): Cell[] {
  const [name = '', state = '', ...data] = toFacts(image);
  return [name, state, toSystem(image), ...data, image.visibility, formatTime(image.createdAt), image.id];
}
function toSystem({ guest }: ImageView): string {
  if (!guest) return '-';
  return [guest.osDistro, guest.osVersion].filter(Boolean).join(' ') || (guest.osName ?? '-');
}
function toSharedRow(image: ImageView): Cell[] {
  return [...toFacts(image), image.projectId, image.memberStatus ?? '-', image.id];
}

export async function showImage(word: string, options: OutputOptions & { all?: boolean }): Promise<void> {
  const api = await connect();
  const image = await api.image(await findImageId(api, word, 'usable'));
  const { imageLines } = await import('./image-text.ts');
  printResult(image, () => imageLines(image, { all: options.all ?? false }), options);
}

export function watchImage(word: string, options: OutputOptions): Promise<void> {
  return interruptible(
    async (signal) => {
      const api = await connect(signal);
      const id = await findImageId(api, word);
      const image = await followRun(api, id, options, signal);
      const { endLines } = await import('./image-text.ts');
      printResult(image, () => endLines(image), options);
      const code = exitCodeOfRun(image);
      if (code !== 0) throw new Exit(code);
    },
    () => tell('Stopped watching; processing continues.', options),
  );
}
