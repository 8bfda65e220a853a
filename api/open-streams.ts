import type { Identity } from '../shared/ports/projects.ts';
import { assertWithin } from '../shared/request-limits.ts';

/** How many event streams are open in this process, in all and for each who asks. */
export type OpenStreams = {
  /** Gives what must be called when the stream has ended. @throws BootreadyError `too-many-requests` or `unavailable` */
  enter(identity: Identity): () => void;
};

const holderOf = ({ keyId, user, projectId }: Identity): string => keyId ?? user?.subject ?? projectId;

export const createOpenStreams = (): OpenStreams => {
  const counts = new Map<string, number>();
  let all = 0;
  return {
    enter: (identity) => {
      const holder = holderOf(identity);
      const own = counts.get(holder) ?? 0;
      assertWithin('streamsPerKey', own + 1);
      assertWithin('streams', all + 1);
      counts.set(holder, own + 1);
      all++;
      let isOpen = true;
      return () => {
        if (!isOpen) return;
        isOpen = false;
        all--;
        const left = (counts.get(holder) ?? 1) - 1;
        if (left > 0) counts.set(holder, left);
        else counts.delete(holder);
      };
    },
  };
};
