import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { Link } from 'react-router';
import { toImageState } from '../../shared/status/image-state.ts';
import { type ImageStateKey, imageStates, type Tone } from '../../shared/status/states.ts';
import { api } from '../api/client.ts';
import { StateChip } from '../images/status-chip.tsx';
import type { Variant } from '../shell/message.tsx';
import { useNotify } from '../shell/notices.tsx';
import { useSpeech } from '../words/language.tsx';

const everyMs = 3000;
const variants: Partial<Record<Tone, Variant>> = {
  good: 'success',
  unproven: 'info',
  careful: 'warning',
  bad: 'danger',
};

function isEnd(key: ImageStateKey): boolean {
  return variants[imageStates[key].tone] !== undefined || key === 'cancelled' || key === 'deleting';
}

/** An image that was uploaded here, until it can be used or somebody must act; the reader is informed once, on whatever page. */
export function Followed({ imageId, name }: { imageId: string; name: string }) {
  const { t, say, language } = useSpeech();
  const notify = useNotify();
  const { data: image } = useQuery({
    // Not among the lists: a page of images that changes must not ask for each of these as well.
    queryKey: ['followed', imageId, language],
    queryFn: async () => (await api.images({ search: imageId, limit: 1 })).images[0] ?? null,
    refetchInterval: ({ state: { data } }) =>
      data === null || (data && isEnd(toImageState(data).key)) ? false : everyMs,
  });
  const state = image ? toImageState(image) : undefined;
  const told = useRef(false);
  useEffect(() => {
    if (!state || told.current || !isEnd(state.key)) return;
    const variant = variants[imageStates[state.key].tone];
    told.current = true;
    if (!variant) return;
    notify({
      variant,
      isBrief: true,
      title: t('stateNews', { name, state: say(imageStates[state.key].label) }),
      body: (
        <>
          {image?.activity?.trouble && <p className="guest-text">{image.activity.trouble.title}</p>}
          <Link to={`/images/${imageId}`}>{t('openImage')}</Link>
        </>
      ),
    });
  }, [state, image, imageId, name, notify, say, t]);
  if (!state) return <p className="dock-words">{t('uploadDone')}</p>;
  return (
    <div className="dock-words">
      <p>
        {t('uploadDone')} <StateChip state={state} />
      </p>
      {image?.activity?.trouble && <p className="guest-text">{image.activity.trouble.title}</p>}
    </div>
  );
}
