import type { Command } from 'commander';
import { connect } from '../client/api/api-client.ts';
import { printable } from '../terminal.ts';
import { type Candidate, findWanted, type Wanted } from './candidates.ts';

/** A user who presses Tab does not wait longer than this for a server. */
const patienceMs = 1500;

/**
 * For the scripts of the shells: "files", or "words" and a line for each, a tab before its description. Says nothing when nothing is known, and
 * never that something is wrong.
 */
export async function complete(program: Command, words: readonly string[]): Promise<void> {
  const current = words.at(-1) ?? '';
  const wanted = findWanted(program, words);
  if (wanted.kind === 'file') {
    process.stdout.write('files\n');
    return;
  }
  const found = await findCandidates(wanted, current);
  const lines = found
    .filter(({ value }) => value.startsWith(current))
    .map(({ value, description }) => `${printable(value)}\t${printable(description)}`);
  process.stdout.write(`${['words', ...lines].join('\n')}\n`);
}

async function findCandidates(wanted: Wanted, current: string): Promise<Candidate[]> {
  if (wanted.kind === 'words') return wanted.words;
  if (wanted.kind === 'shared-image') return imagesLike(current, [{ shared: 'all' }]);
  return wanted.kind === 'image' ? imagesLike(current, [{}, { shared: 'accepted' }]) : [];
}

/** @param lists of images to search */
async function imagesLike(current: string, lists: readonly { shared?: 'all' | 'accepted' }[]): Promise<Candidate[]> {
  try {
    const api = await connect(AbortSignal.timeout(patienceMs));
    const text = current.trim().slice(0, 255);
    const looksLikeId = /^[0-9a-f]{4}[0-9a-f-]*$/.test(text);
    const pages = await Promise.all(
      lists.flatMap((list) => [
        api.images({ limit: 100, ...list, ...(text === '' ? {} : { text }) }),
        ...(looksLikeId ? [api.images({ search: text, ...list })] : []),
      ]),
    );
    return pages
      .flatMap(({ images }) => images)
      .map(({ id, name, status }) =>
        name.startsWith(current) ? { value: name, description: `${status} ${id}` } : { value: id, description: name },
      );
  } catch {
    return [];
  }
}
