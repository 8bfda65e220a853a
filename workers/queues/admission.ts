import { describeUpload } from '../../shared/events/metadata.ts';
import { isProbe } from '../../shared/events/probe.ts';
import type { ImageStore } from '../../shared/ports/images.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { ObjectInfo, ObjectStore } from '../../shared/ports/object-store.ts';
import type { ProjectStore } from '../../shared/ports/projects.ts';
import type { Pace } from './pace.ts';

export type IntakeDeps = {
  store: Pick<ObjectStore, 'head' | 'list'>;
  images: ImageStore;
  projects: ProjectStore;
  pace: Pace;
  uploadsBucket: string;
  log: Log;
};

/** tusd and its relatives store a description of each upload beside it, by default in the same bucket. No disk is that small. */
const noDisk = 16 * 1024;

/** Clients that present a bucket as a folder (s3fs, gateways for files) write an empty object first, and then replace it by its content. */
const emptyForMs = 10 * 60_000;

export type Started =
  | { outcome: 'started' | 'duplicate'; imageId: string; detail: string }
  | { outcome: 'ignored'; detail: string };

/**
 * The one way from an object to a running workflow, for events and for the sweep. Every part may happen twice: row and run are
 * unique, the workflow's id is made from them.
 */
export async function startForObject(
  { images, projects, pace, uploadsBucket, log }: IntakeDeps,
  object: ObjectInfo,
): Promise<Started> {
  if (object.bucket !== uploadsBucket)
    return { outcome: 'ignored', detail: `bucket ${object.bucket} is not the uploads bucket` };
  if (isProbe(object.key)) return { outcome: 'ignored', detail: 'a probe of "bootready doctor"' };
  // "Folders" of some clients.
  if (object.key.endsWith('/') && object.size === 0) return { outcome: 'ignored', detail: 'a folder, not an upload' };
  if (object.key.endsWith('.info') && object.size < noDisk) {
    return { outcome: 'ignored', detail: 'a metadata file of a tus server, not the upload' };
  }
  if (object.size === 0 && Date.now() - object.lastModified.getTime() < emptyForMs) {
    return { outcome: 'ignored', detail: 'still empty; if it stays empty, the sweep processes it' };
  }
  const project = await projects.ofKey(object.key);
  if (!project) return { outcome: 'ignored', detail: 'the key does not start with the prefix of any project' };
  const { name, settings, properties, notes } = describeUpload(object.key, object.metadata);
  const { image, run, isNew } = await images.findOrCreate(object, {
    projectId: project.id,
    name,
    settings,
    properties,
  });
  // `queued`, not only new: the process that made the row may have died before it started the workflow.
  if (run.status === 'queued') {
    const { id: runId, workflowId } = run;
    const start = { workflowId, imageId: image.id, runId, projectId: image.projectId, name: image.name };
    const waits = (await pace.start(start)) === 'waits';
    log.info({ image_id: image.id, run_id: runId }, waits ? 'a run waits for its start' : 'a run was started');
  }
  return isNew
    ? { outcome: 'started', imageId: image.id, detail: ['run 1 started', ...notes].join('; ') }
    : { outcome: 'duplicate', imageId: image.id, detail: 'this upload is already an image' };
}
