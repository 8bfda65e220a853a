import { AsyncResource } from 'node:async_hooks';
import pg from 'pg';
import type { ImageFeed } from '../../shared/ports/jobs.ts';
import { toConnection } from './connection.ts';

/**
 * Passes Postgres NOTIFY on channel "image" to all subscribers. It has its own connection, and opens a new one when that breaks. After a reconnect it calls
 * every listener, because it may have missed a change. A listener is called in the scope of its subscriber.
 */
export function openImageFeed(url: string): ImageFeed & { close(): Promise<void> } {
  const connection = toConnection(url);
  const listeners = new Map<string, Set<() => void>>();
  const listenersToAll = new Set<(imageId: string | undefined) => void>();
  let client: pg.Client | undefined;
  let closed = false;

  const connect = async (): Promise<void> => {
    if (closed) return;
    const next = new pg.Client(connection);
    next.on('error', () => undefined);
    next.once('end', () => {
      if (!closed) setTimeout(() => void connect(), 1000).unref();
    });
    next.on('notification', ({ payload }) => {
      for (const listener of listeners.get(payload ?? '') ?? []) listener();
      for (const listener of listenersToAll) listener(payload);
    });
    try {
      await next.connect();
      await next.query('listen image');
      client = next;
      // The feed was closed while it connected, and nobody else knows this connection.
      if (closed) return await next.end();
      for (const group of listeners.values()) for (const listener of group) listener();
      for (const listener of listenersToAll) listener(undefined);
    } catch {
      await next.end().catch(() => undefined);
    }
  };
  void connect();

  return {
    subscribe: (imageId, heard) => {
      const listener = AsyncResource.bind(heard);
      const group = listeners.get(imageId) ?? new Set();
      listeners.set(imageId, group.add(listener));
      return () => {
        group.delete(listener);
        if (group.size === 0) listeners.delete(imageId);
      };
    },
    subscribeAll: (heard) => {
      const listener = AsyncResource.bind(heard);
      listenersToAll.add(listener);
      return () => {
        listenersToAll.delete(listener);
      };
    },
    close: async () => {
      closed = true;
      await client?.end();
    },
  };
}
