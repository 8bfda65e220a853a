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
): { subscribe(heard: (changed: ChangedImages) => void): () => void } {
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
  const hear = (id: string | undefined): void => {
    if (id === undefined) tell(undefined);
    else {
      changed.add(id);
      void tellAll();
    }
  };
  let leave: (() => void) | undefined;
  return {
    subscribe: (heard) => {
      listeners.add(heard);
      leave ??= feed.subscribeAll(hear);
      return () => {
        listeners.delete(heard);
        if (listeners.size > 0) return;
        leave?.();
        leave = undefined;
        changed.clear();
      };
    },
  };
}
