import type { ObjectStore } from '../../../shared/ports/object-store.ts';
import type { Installation, Role2Process } from '../../support/installation.ts';
import { stepsOfRun } from '../run-steps.ts';
import { type Contender, measured } from './contender.ts';

/** Our own way, from the end of the upload to the published image. Boot check off, policy warn. */
export function bootready(installation: Installation, worker: Role2Process, store: ObjectStore): Contender {
  let uploads = 0;
  return {
    name: 'bootready',
    measure: async ({ path }) => {
      const key = `bench-${uploads++}`;
      await installation.upload(key, path, { policy: 'warn' });
      let run: Awaited<ReturnType<Installation['ended']>> | undefined;
      const taken = await measured(worker.child.pid as number, async () => {
        run = await installation.ended(key, 1800);
        return {};
      });
      if (run?.status !== 'published')
        throw new Error(`${path} is not published but ${run?.status}: ${run?.failure?.message ?? ''}`);
      const { seconds } = await stepsOfRun(installation, run.runId, 60);
      const published = await installation.db
        .selectFrom('publications')
        .where('image_id', '=', run.imageId)
        .select(['bucket', 'key'])
        .executeTakeFirstOrThrow();
      await store.remove(published.bucket, published.key);
      return { ...taken, parts: seconds };
    },
  };
}
