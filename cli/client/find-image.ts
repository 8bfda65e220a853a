import { z } from 'zod';
import type { ImageView } from '../../shared/contracts/api.ts';
import { BootreadyError } from '../../shared/errors.ts';
import type { ApiClient } from './api-client.ts';

/** The image that one word of the command line means: a full id, a unique beginning of one, or a name. */
export const findImageId = async (api: Pick<ApiClient, 'images'>, word: string): Promise<string> => {
  if (z.uuid().safeParse(word).success) return word.toLowerCase();
  const text = word.trim();
  const found = text === '' || text.length > 255 ? [] : (await api.images({ search: text })).images;
  const [image, ...others] = found;
  if (!image) {
    throw new BootreadyError({
      code: 'not-found',
      message: `There is no image "${word}".`,
      remedy: '"bootready list" shows yours; give a full id, the beginning of one, or a name.',
    });
  }
  if (others.length === 0) return image.id;
  throw new BootreadyError({
    code: 'invalid-input',
    message: `"${word}" means several images: ${found.map(candidate).join(', ')}${found.length === 10 ? ' and perhaps more' : ''}.`,
    remedy: 'Give the id of one of them.',
  });
};

const candidate = ({ id, name }: ImageView): string => `${id} (${name})`;
