import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

import type { ImageDetail, ImageView } from '../../shared/contracts/api.ts';
import { BootreadyError } from '../../shared/errors.ts';
import { imageFields, mayBeShown, showTo } from '../../shared/images/image-fields.ts';
import type { Image } from '../../shared/ports/image.ts';
import type { Run } from '../../shared/ports/images.ts';
import type { ApiDeps } from '../deps.ts';
import { readLanguage } from '../http/language.ts';
import { inTurn } from '../http/page.ts';
import { readIdentity, readScope } from '../identity/identity.ts';
import { findRelation, toViewer } from './access.ts';
import { readApplied } from './applied-settings.ts';

import { toDownloadView } from './downloads.ts';
import { toDeliveryView, toImageView, toRepairView, toRunView } from './views.ts';

/** The image of the route's `:id`. Another project's image is answered exactly like none. @throws `not-found` */
export async function ownImage({ images }: Pick<ApiDeps, 'images'>, request: FastifyRequest): Promise<Image> {
  const id = z.uuid().safeParse((request.params as { id?: unknown }).id);
  const image = id.success ? await images.get(id.data, readScope(request)) : undefined;
  if (image) return image;
  throw noSuchImage();
}

/** The image of the route's `:id`, of whatever project, if the asking one may use it. @throws `not-found` */
export async function usableImage(deps: Pick<ApiDeps, 'images'>, request: FastifyRequest): Promise<Image> {
  return findUsable(deps, request, (request.params as { id?: unknown }).id);
}

async function findUsable(
  { images }: Pick<ApiDeps, 'images'>,
  request: FastifyRequest,
  asked: unknown,
): Promise<Image> {
  const id = z.uuid().safeParse(asked);
  const image = id.success ? await images.getVisible(id.data, toViewer(request)) : undefined;
  if (image) return image;
  throw noSuchImage();
}

function noSuchImage(): BootreadyError {
  return new BootreadyError({
    code: 'not-found',
    message: 'Image not found.',
    remedy: 'GET /v1/images lists yours ("bootready list").',
  });
}

/** Only administrators change a platform image, whichever project owns it. @throws `not-found`, `forbidden` */
export async function imageToChange(deps: Pick<ApiDeps, 'images'>, request: FastifyRequest): Promise<Image> {
  const image = await ownImage(deps, request);
  if (image.visibility !== 'public' || readIdentity(request).role === 'admin') return image;
  throw new BootreadyError({
    code: 'forbidden',
    message: 'This is a platform image. Only administrators can change it.',
    remedy: 'Download it and create your own image.',
  });
}

/** The images as the caller may see them. */
export async function toViews(
  { images }: Pick<ApiDeps, 'images'>,
  found: readonly Image[],
  request: FastifyRequest,
  language = readLanguage(request),
): Promise<ImageView[]> {
  const viewer = toViewer(request);
  const ids = found.map(({ id }) => id);
  const theirs = found.filter(({ projectId, visibility }) => projectId !== viewer.projectId && visibility === 'shared');
  const [latest, orders, answers] = await Promise.all([
    images.latestRuns(ids),
    images.orders(ids),
    images.readAnswers(
      viewer.projectId,
      theirs.map(({ id }) => id),
    ),
  ]);
  return found.map((image) =>
    toImageView(image, latest.get(image.id), {
      language,
      viewer: findRelation(viewer, image),
      order: orders.get(image.id),
      memberStatus: answers.get(image.id),
    }),
  );
}

/** The runs of an image that the caller may see, newest first. */
async function listShownRuns(
  { images }: Pick<ApiDeps, 'images'>,
  request: FastifyRequest,
  image: Image,
): Promise<readonly Run[]> {
  return (await images.runs(image.id)).filter((run) => isShown(request, image, run));
}

function isShown(request: FastifyRequest, image: Image, { status }: Run): boolean {
  return mayBeShown(imageFields.runs, findRelation(toViewer(request), image), status === 'published');
}

/** The run of this number, if the caller may see it. */
export async function findShownRun(
  { images }: Pick<ApiDeps, 'images'>,
  request: FastifyRequest,
  image: Image,
  number: number,
): Promise<Run | undefined> {
  const run = await images.run(image.id, number);
  return run && isShown(request, image, run) ? run : undefined;
}

/** All data about an image that the caller may see (shared/images/image-fields.ts), as it is at one moment. @throws `not-found` */
export async function readDetail(
  deps: Pick<
    ApiDeps,
    'lists' | 'snapshot' | 'usualSeconds' | 'images' | 'repairs' | 'downloads' | 'deliveries' | 'projects' | 'config'
  >,
  request: FastifyRequest,
  reply: FastifyReply,
  id: string,
  language = readLanguage(request),
): Promise<ImageDetail> {
  const { images, repairs, downloads, deliveries } = deps;
  // Before the snapshot, which holds a connection.
  const usual = await deps.usualSeconds();
  const read = async (): Promise<ImageDetail> => {
    const image = await findUsable(deps, request, id);
    const viewer = findRelation(toViewer(request), image);
    const [view] = await toViews(deps, [image], request, language);
    const runs = await listShownRuns(deps, request, image);
    const steps = await images.listSteps(runs.map((run) => run.id));
    const [published, applied, repair, download, delivered] = await Promise.all([
      images.publication(id).then((found) => found ?? null),
      mayBeShown(imageFields.applied, viewer) ? readApplied(deps, image.projectId, image.settings) : null,
      // Data that the viewer may not see is not read.
      mayBeShown(imageFields.repair, viewer) ? repairs.get(id) : undefined,
      mayBeShown(imageFields.download, viewer) ? downloads.get(id) : undefined,
      mayBeShown(imageFields.deliveries, viewer) ? deliveries.ofImage(id) : [],
    ]);
    return showTo<ImageDetail>(viewer, imageFields, {
      ...(view as ImageView),
      applied,
      repair: repair ? toRepairView(repair, language) : null,
      download: download ? toDownloadView(download, language) : null,
      published,
      runs: runs.map((run) => toRunView(run, steps.get(run.id) ?? [], { language, viewer, usual })),
      deliveries: delivered.map((delivery) => toDeliveryView(delivery, language)),
    });
  };
  // An image with many runs has a megabyte of reports.
  return inTurn(deps.lists, request, reply, () => deps.snapshot(read));
}
