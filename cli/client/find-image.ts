import { z } from 'zod';
import type { ImageView } from '../../shared/contracts/api.ts';
import { BootreadyError } from '../../shared/errors.ts';
import type { ApiClient } from './api/api-client.ts';

/** The lists to search: the project's own images, images that others share, or first the own ones and then the shared ones. */
export type Among = 'own' | 'shared' | 'usable';

/** The image that one word of the command line means: a full id, a unique beginning of one, or a name. */
export async function findImageId(api: Pick<ApiClient, 'images'>, word: string, among: Among = 'own'): Promise<string> {
  if (z.uuid().safeParse(word).success) return word.toLowerCase();
  const found = await searchImages(api, word.trim(), among);
  const [image, ...others] = found;
  if (!image) {
    const lists = { own: '"bootready list"', shared: '"bootready list --shared"' };
    throw new BootreadyError({
      code: 'not-found',
      message: among === 'shared' ? `No image "${word}" is shared with your project.` : `There is no image "${word}".`,
      remedy:
        among === 'usable'
          ? `${lists.own} shows yours, ${lists.shared} those of others. Give a full ID, the start of an ID, or a name.`
          : `${lists[among]} shows them. Give a full ID, the start of an ID, or a name.`,
    });
  }
  if (others.length === 0) return image.id;
  throw new BootreadyError({
    code: 'invalid-input',
    message: `"${word}" matches several images: ${found.map(candidate).join(', ')}${found.length === 10 ? ' and perhaps more' : ''}.`,
    remedy: 'Give the ID of one of them.',
  });
}

async function searchImages(api: Pick<ApiClient, 'images'>, text: string, among: Among): Promise<ImageView[]> {
  if (text === '' || text.length > 255) return [];
  const own = among === 'shared' ? [] : (await api.images({ search: text })).images;
  if (own.length > 0 || among === 'own') return own;
  return (await api.images({ search: text, shared: 'all' })).images;
}

function candidate({ id, name }: ImageView): string {
  return `${id} (${name})`;
}
