import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import type { Self } from '../../shared/contracts/api.ts';
import type { UploadHere } from '../../shared/status/image-state.ts';
import { ApiProblem, api } from '../api/client.ts';
import { openKeptUploads } from './kept-uploads.ts';
import { PartRefused, putPart } from './put-part.ts';
import { computePercent, createUploads, type Upload, type UploadPhase, type Uploads } from './uploads.ts';

const Context = createContext<Uploads | undefined>(undefined);

async function listHeldLocks(): Promise<ReadonlySet<string>> {
  return new Set((await navigator.locks.query()).held?.flatMap(({ name }) => name ?? []) ?? []);
}

function open({ projectId }: Self): Uploads {
  return createUploads({
    api,
    projectId,
    put: putPart,
    kept: openKeptUploads(localStorage),
    passes: (error) =>
      (error instanceof ApiProblem && error.passes) || (error instanceof PartRefused && error.status === 0),
    alone: (name, work) =>
      navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
        if (lock) await work();
        return lock !== null;
      }),
    now: () => performance.now() / 1000,
  });
}

export function UploadsProvider({ self, children }: { self: Self; children: ReactNode }) {
  const queries = useQueryClient();
  const [uploads] = useState(() => open(self));
  useEffect(() => {
    void uploads.recall(listHeldLocks);
    const warn = (event: BeforeUnloadEvent): void => {
      if (uploads.isBusy()) event.preventDefault();
    };
    window.addEventListener('beforeunload', warn);
    window.addEventListener('online', uploads.networkIsBack);
    let finished = 0;
    const unsubscribe = uploads.subscribe(() => {
      const now = uploads.all().filter(({ phase }) => phase === 'done').length;
      if (now !== finished) void queries.invalidateQueries({ queryKey: ['images'] });
      finished = now;
    });
    return () => {
      window.removeEventListener('beforeunload', warn);
      window.removeEventListener('online', uploads.networkIsBack);
      unsubscribe();
      uploads.stopAll();
    };
  }, [uploads, queries]);
  return <Context value={uploads}>{children}</Context>;
}

const phasesHere: Record<UploadPhase, UploadHere['phase']> = {
  'needs-file': 'interrupted',
  failed: 'interrupted',
  sending: 'sending',
  waiting: 'waiting',
  paused: 'paused',
  completing: 'completing',
  done: 'completing',
};

/** The upload of an image as this tab knows it; undefined if it has none. Changes only with what it says. */
export function useUploadHere(imageId: string): UploadHere | undefined {
  const uploads = useContext(Context);
  if (!uploads) throw new Error('outside of UploadsProvider');
  const read = (): string => {
    const upload = uploads.all().find((each) => each.imageId === imageId);
    return upload ? `${phasesHere[upload.phase]} ${computePercent(upload)}` : '';
  };
  const [phase, percent] = useSyncExternalStore(uploads.subscribe, read).split(' ');
  return phase ? { phase: phase as UploadHere['phase'], percent: Number(percent) } : undefined;
}

export function useUploads(): Uploads & { list: readonly Upload[] } {
  const uploads = useContext(Context);
  if (!uploads) throw new Error('outside of UploadsProvider');
  return { ...uploads, list: useSyncExternalStore(uploads.subscribe, uploads.all) };
}
