import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Language } from '../shared/checks/define.ts';
import type { ImageDetail, ImageView } from '../shared/contracts/api.ts';
import { BootreadyError } from '../shared/errors.ts';
import type { GlanceImage } from '../shared/ports/glance.ts';
import type { Image } from '../shared/ports/images.ts';
import type { ApiDeps } from './deps.ts';
import { downloadView } from './downloads.ts';
import { viewerOf } from './glance/access.ts';
import { identityOf, scopeOf } from './identity.ts';
import { deliveryView, imageView, repairView, runView } from './views.ts';

/** The image of the route's `:id`. Another project's image is answered exactly like none. @throws `not-found` */
export const ownImage = async ({ images }: Pick<ApiDeps, 'images'>, request: FastifyRequest): Promise<Image> => {
  const id = z.uuid().safeParse((request.params as { id?: unknown }).id);
  const image = id.success ? await images.get(id.data, scopeOf(request)) : undefined;
  if (image) return image;
  throw noSuchImage();
};

/** The image of the route's `:id`, of whatever project, if the asking one may use it. @throws `not-found` */
export const usableImage = async (
  { glance }: Pick<ApiDeps, 'glance'>,
  request: FastifyRequest,
): Promise<GlanceImage> => {
  const id = z.uuid().safeParse((request.params as { id?: unknown }).id);
  const image = id.success ? await glance.get(id.data, viewerOf(request)) : undefined;
  if (image) return image;
  throw noSuchImage();
};

const noSuchImage = (): BootreadyError =>
  new BootreadyError({
    code: 'not-found',
    message: 'There is no such image.',
    remedy: 'GET /v1/images lists yours ("bootready list").',
  });

/** Whom a platform image belongs to is no matter: administrators alone change it. @throws `not-found`, `forbidden` */
export const imageToChange = async (deps: Pick<ApiDeps, 'images'>, request: FastifyRequest): Promise<Image> => {
  const image = await ownImage(deps, request);
  if (image.visibility !== 'public' || identityOf(request).role === 'admin') return image;
  throw new BootreadyError({
    code: 'forbidden',
    message: 'This is a platform image, and only administrators change it.',
    remedy: 'Download it and create an image of your own.',
  });
};

/** @param viewer the project that is told what it has said to images of others, where they may be among them */
export const viewsOf = async (
  { images, glance }: Pick<ApiDeps, 'images' | 'glance'>,
  found: readonly Image[],
  viewer?: string,
): Promise<ImageView[]> => {
  const theirs = found.filter(({ projectId, visibility }) => projectId !== viewer && visibility === 'shared');
  const [latest, answers] = await Promise.all([
    images.latestRuns(found.map(({ id }) => id)),
    viewer === undefined
      ? undefined
      : glance.answersOf(
          viewer,
          theirs.map(({ id }) => id),
        ),
  ]);
  return found.map((image) => imageView(image, latest.get(image.id), answers?.get(image.id)));
};

export const detailOf = async (
  deps: Pick<ApiDeps, 'images' | 'glance' | 'repairs' | 'downloads' | 'deliveries'>,
  image: Image,
  language: Language,
  viewer?: string,
): Promise<ImageDetail> => {
  const { images, repairs, downloads, deliveries } = deps;
  const [[view], published, runs, repair, download, delivered] = await Promise.all([
    viewsOf(deps, [image], viewer),
    images.publication(image.id),
    images.runs(image.id),
    repairs.get(image.id),
    downloads.get(image.id),
    deliveries.ofImage(image.id),
  ]);
  const views = await Promise.all(runs.map(async (run) => runView(run, await images.steps(run.id), language)));
  return {
    ...(view as ImageView),
    repair: repair ? repairView(repair, language) : null,
    download: download ? downloadView(download) : null,
    published: published ?? null,
    runs: views,
    deliveries: delivered.map(deliveryView),
  };
};
