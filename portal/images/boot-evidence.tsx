import { Button, Spinner } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Boot } from '../../shared/contracts/run.ts';
import { linkEvidence } from '../api/client.ts';
import { useProblemWords } from '../shell/failure.tsx';
import { useSpeech } from '../words/language.tsx';

/** The end of a console shows why the boot ended; the whole may be megabytes. */
const shownCharacters = 200_000;

/** Screen and console of the started image. They are pictures and text of a guest, and are shown only as such. */
export function BootEvidence({ imageId, run, boot }: { imageId: string; run: number; boot: Boot }) {
  const { t, duration } = useSpeech();
  const problemWords = useProblemWords();
  const [isShown, setShown] = useState(false);
  const log = useQuery({
    queryKey: ['serial-log', imageId, run],
    enabled: isShown,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => {
      const response = await fetch(linkEvidence(imageId, run, 'serial.log'));
      if (!response.ok) throw new Error(String(response.status));
      return (await response.text()).slice(-shownCharacters);
    },
  });
  return (
    <div className="stacked">
      <p className="quiet">
        {t('bootBy', {
          accelerator: boot.accelerator === 'tcg' ? t('bootEmulated') : boot.accelerator.toUpperCase(),
          firmware: boot.firmware.toUpperCase(),
          time: duration(boot.seconds),
        })}
      </p>
      {boot.screen && (
        <figure className="screen">
          <img src={linkEvidence(imageId, run, 'screen.png')} alt={t('screen')} />
          <figcaption className="quiet">{t('screen')}</figcaption>
        </figure>
      )}
      <div>
        <Button variant="secondary" aria-expanded={isShown} onClick={() => setShown(!isShown)}>
          {t(isShown ? 'hideLog' : 'showLog')}
        </Button>
      </div>
      {isShown && log.isPending && <Spinner size="md" aria-label={t('loading')} />}
      {isShown && log.error && <p>{problemWords(log.error).title}</p>}
      {isShown && log.data !== undefined && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard (WCAG 2.1.1)
        <section className="serial-log" aria-label={t('serialLog')} tabIndex={0}>
          <pre>{log.data === '' ? t('serialLogEmpty') : log.data}</pre>
        </section>
      )}
    </div>
  );
}
