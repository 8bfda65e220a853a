import type { ImageStore } from '../../shared/ports/images.ts';
import type { ImageFeed } from '../../shared/ports/jobs.ts';
import type { WithinScope } from '../../shared/ports/scope.ts';

/** The project of each changed image, by the image's id; undefined when any image may have changed. */
export type ChangedImages = ReadonlyMap<string, string> | undefined;

/**
 * Tells whose images have changed. The database is asked once for all who listen: if each stream of a list asked by itself, one project that changes an image
 * again and again would cost as many questions as all other projects have streams open.
 */
export function createChangedImages(
  { feed, within, images }: { feed: ImageFeed; within: WithinScope; images: Pick<ImageStore, 'readOwners'> },
  calmMs: number,
): { subscribe(heard: (changed: ChangedImages) => void): () => void; close(): void } {
  const listeners = new Set<(changed: ChangedImages) => void>();
  let changed = new Set<string>();
  let telling = false;

  const tell = (found: ChangedImages): void => {
    for (const listener of listeners) listener(found);
  };
  const tellAll = async (): Promise<void> => {
    if (telling) return;
    telling = true;
    while (changed.size > 0 && listeners.size > 0) {
      const ids = changed;
      changed = new Set();
      const found = await within('everything', () => images.readOwners([...ids])).catch(() => undefined);
      if (found) tell(found);
      // The database will answer again.
      else changed = new Set([...ids, ...changed]);
      await new Promise((resolve) => setTimeout(resolve, calmMs));
    }
    telling = false;
  };
  const leave = feed.subscribeAll((id) => {
    if (listeners.size === 0) return;
    if (id === undefined) return tell(undefined);
    changed.add(id);
    void tellAll();
  });
  return {
    subscribe: (heard) => {
      listeners.add(heard);
      return () => {
        listeners.delete(heard);
      };
    },
    close: leave,
  };
}
