import type { ServerResponse } from 'node:http';
import { assertWithin, requestLimits } from '../../shared/limits/request-limits.ts';
import type { Identity } from '../../shared/ports/projects.ts';

/** How many event streams are open in this process, in all and for each who asks. */
export type OpenStreams = {
  /** Gives what must be called when the stream has ended. @throws BootreadyError `too-many-requests` or `unavailable` */
  enter(identity: Identity): () => void;
  /**
   * Sends, and ends the streams whose readers leave too much to be kept for them: this one, or of all together the worst. They connect again and get
   * the newest.
   */
  write(stream: ServerResponse, text: string): void;
};

function findHolder({ keyId, user, projectId }: Identity): string {
  return keyId ?? user?.subject ?? projectId;
}

export function createOpenStreams(): OpenStreams {
  const counts = new Map<string, number>();
  let all = 0;
  const written = new Set<ServerResponse>();
  return {
    write: (stream, text) => {
      if (!written.has(stream)) stream.once('close', () => written.delete(stream));
      written.add(stream);
      // One event may be larger than the limit: its reader has had no time to take it.
      const isBehind = stream.writableLength > 0;
      // A buffer uses exactly the counted bytes.
      stream.write(Buffer.from(text));
      if (isBehind && stream.writableLength > requestLimits.unreadStreamBytes.most) return void stream.destroy();
      const unread = [...written].reduce((bytes, { writableLength }) => bytes + writableLength, 0);
      if (unread <= requestLimits.unreadStreamsBytes.most) return;
      [...written].reduce((worst, each) => (each.writableLength > worst.writableLength ? each : worst)).destroy();
    },
    enter: (identity) => {
      const holder = findHolder(identity);
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
}
