import type { FastifyPluginAsync } from 'fastify';
import { shownUrl } from '../../shared/contracts/download.ts';
import type { Download } from '../../shared/ports/downloads.ts';
import type { GlanceImage } from '../../shared/ports/glance.ts';
import type { Run } from '../../shared/ports/images.ts';
import type { ApiDeps } from '../deps.ts';
import { visibleImage } from './access.ts';
import { adviceOf, timeOf } from './view.ts';

/** What became of the imports of an image. */
export const taskRoutes =
  (deps: ApiDeps): FastifyPluginAsync =>
  async (app) => {
    const { downloads, glance, images } = deps;
    app.get('/images/:id/tasks', async (request) => {
      const image = await visibleImage(deps, request);
      const [runs, requests, download] = await Promise.all([
        images.runs(image.id),
        glance.importRequests(image.id),
        downloads.get(image.id),
      ]);
      const ofRuns = runs.flatMap((run) => {
        const requestId = requests.get(run.id);
        return requestId === undefined ? [] : [runTask(image, download, run, requestId)];
      });
      // From there on its run is the task.
      const isFetching = download?.requestId && download.status !== 'handed-over';
      return { tasks: isFetching ? [...ofRuns, downloadTask(image, download)] : ofRuns };
    });
  };

const statuses = {
  queued: 'pending',
  running: 'processing',
  'handed-over': 'processing',
  published: 'success',
  rejected: 'failure',
  failed: 'failure',
  cancelled: 'failure',
} as const satisfies Record<Run['status'] | Download['status'], string>;

const task = (image: GlanceImage, download: Download | undefined, requestId: string | null) => ({
  type: 'api_image_import',
  image_id: image.id,
  owner: image.projectId,
  user_id: null,
  request_id: requestId,
  input: {
    image_id: image.id,
    import_req: {
      method: download ? { name: 'web-download', uri: shownUrl(download.url) } : { name: 'glance-direct' },
    },
  },
  expires_at: null,
  deleted: false,
  deleted_at: null,
});

const runTask = (image: GlanceImage, download: Download | undefined, run: Run, requestId: string) => ({
  ...task(image, download, requestId),
  id: run.id,
  status: statuses[run.status],
  result: run.status === 'published' ? { image_id: image.id } : null,
  message: run.status === 'cancelled' ? 'It was cancelled.' : Object.values(adviceOf(run)).join(': '),
  created_at: timeOf(run.createdAt),
  updated_at: timeOf(run.finishedAt ?? run.startedAt ?? run.createdAt),
});

const downloadTask = (image: GlanceImage, download: Download) => ({
  ...task(image, download, download.requestId),
  // One image has one download.
  id: image.id,
  status: statuses[download.status],
  result: null,
  message:
    download.status === 'cancelled'
      ? 'It was cancelled.'
      : Object.values(adviceOf({ failure: download.failure, report: null })).join(': '),
  created_at: timeOf(download.createdAt),
  updated_at: timeOf(download.finishedAt ?? download.createdAt),
});
