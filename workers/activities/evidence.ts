import type { ObjectStore } from '../../shared/ports/object-store.ts';
import type { RunContext } from '../../shared/ports/runs.ts';
import { evidenceKey } from '../../shared/report/evidence.ts';

/** Keeps what a step saw beside the image. It goes when the image is deleted. */
export function evidenceKeeper(store: Pick<ObjectStore, 'put'>, bucket: string, context: RunContext) {
  return async (name: string, contentType: string, body: Buffer): Promise<{ bucket: string; key: string }> => {
    const key = evidenceKey(context, name);
    await store.put(bucket, key, body, contentType);
    return { bucket, key };
  };
}
