import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { ImageDetail } from '../../shared/contracts/api.ts';
import { useSpeech } from '../words/language.tsx';
import { api, type ListQuery, linkStream, listStream } from './client.ts';

const againMs = 2000;

/**
 * Server-sent events as long as the component is there. `false` while the connection is broken; it is made again by itself, and the server
 * then says at once how things are.
 */
function useStream(url: string, event: string, onData: (data: string) => void, onLost: () => void): boolean {
  const [connected, setConnected] = useState(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the handlers only use what does not change for one URL
  useEffect(() => {
    let source: EventSource | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const open = (): void => {
      source = new EventSource(url);
      source.addEventListener('open', () => setConnected(true));
      source.addEventListener(event, ({ data }: MessageEvent<string>) => onData(data));
      source.addEventListener('error', () => {
        setConnected(false);
        // Browsers wait in their own way, some much longer, and give up on an answer that is no stream.
        if (source?.readyState === EventSource.CLOSED) onLost();
        source?.close();
        timer = setTimeout(open, againMs);
      });
    };
    open();
    return () => {
      clearTimeout(timer);
      source?.close();
    };
  }, [url, event]);
  return connected;
}

/** A page of the list. Shown pages are loaded again whenever one of the images changes. */
export function useImagePage(query: ListQuery) {
  const { language } = useSpeech();
  const client = useQueryClient();
  const renew = (): void => {
    void client.invalidateQueries({ queryKey: ['images'] });
    // It also shows the used quota.
    void client.invalidateQueries({ queryKey: ['self'] });
  };
  const connected = useStream(listStream, 'images', renew, () => {
    void client.invalidateQueries({ queryKey: ['self'] });
  });
  const page = useQuery({
    queryKey: ['images', query, language],
    queryFn: () => api.images(query),
    placeholderData: (before) => before,
  });
  return { ...page, connected };
}

/** An image that a page already shows, for the parts around the page. */
export function useShownImage(id: string | undefined): ImageDetail | undefined {
  const { language } = useSpeech();
  return useQuery<ImageDetail>({ queryKey: ['image', id, language], enabled: false }).data;
}

/** One image, live, its findings in the chosen language. */
export function useImage(id: string) {
  const { language } = useSpeech();
  const client = useQueryClient();
  const queryKey = ['image', id, language];
  const connected = useStream(
    linkStream(id, language),
    'image',
    (data) => client.setQueryData(queryKey, JSON.parse(data) as ImageDetail),
    () => {
      void client.invalidateQueries({ queryKey });
      void client.invalidateQueries({ queryKey: ['self'] });
    },
  );
  const image = useQuery({
    queryKey,
    queryFn: () => api.image(id),
    placeholderData: (before: ImageDetail | undefined) => (before?.id === id ? before : undefined),
  });
  return { ...image, connected };
}
