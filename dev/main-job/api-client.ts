import { ImageDetail, ImagePage } from '../../shared/contracts/api.ts';
import { BootreadyError } from '../../shared/errors.ts';
import type { StackState } from '../stack/state.ts';

export type ApiClient = {
  imagesNamed(name: string): Promise<ImagePage['images']>;
  /** Undefined if it does not exist. */
  image(id: string): Promise<ImageDetail | undefined>;
};

/** As any client of the demo project would ask. */
export function apiClient({ ports, keys }: StackState): ApiClient {
  const get = async (path: string): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${ports.api}${path}`, {
      headers: { authorization: `Bearer ${keys?.member}`, 'accept-language': 'en' },
      signal: AbortSignal.timeout(10_000),
    });
    if (response.status === 404) return undefined;
    if (response.ok) return response.json();
    throw new BootreadyError({
      code: 'unavailable',
      message: `The API answers ${response.status} to ${path.split('?')[0]}: ${(await response.text()).slice(0, 300)}`,
      remedy: 'Read its log.',
    });
  };
  return {
    imagesNamed: async (name) =>
      ImagePage.parse(await get(`/v1/images?${new URLSearchParams({ name }).toString()}`)).images,
    image: async (id) => {
      const found = await get(`/v1/images/${id}`);
      return found === undefined ? undefined : ImageDetail.parse(found);
    },
  };
}
