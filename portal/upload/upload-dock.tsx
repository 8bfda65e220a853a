import { Button, Progress } from '@patternfly/react-core';
import { AngleDownIcon } from '@patternfly/react-icons/dist/esm/icons/angle-down-icon';
import { AngleUpIcon } from '@patternfly/react-icons/dist/esm/icons/angle-up-icon';
import { PauseIcon } from '@patternfly/react-icons/dist/esm/icons/pause-icon';
import { PlayIcon } from '@patternfly/react-icons/dist/esm/icons/play-icon';
import { TimesIcon } from '@patternfly/react-icons/dist/esm/icons/times-icon';
import { type ReactNode, useRef, useState } from 'react';
import { Link } from 'react-router';
import { useProblemWords } from '../shell/failure.tsx';
import { FormDialog } from '../shell/form-dialog.tsx';
import { Message } from '../shell/message.tsx';
import { useSpeech } from '../words/language.tsx';
import { Followed } from './followed.tsx';
import { PartRefused } from './put-part.ts';
import { computePercent, FileChanged, OtherFile, SentElsewhere, type Upload } from './uploads.ts';
import { useUploads } from './uploads-context.tsx';

/** One click throws away at most this. */
const askFrom = { bytes: 1024 ** 3, percent: 10 } as const;

const running = new Set(['sending', 'waiting', 'completing']);

/** The uploads of this tab, whatever page is shown. */
export function UploadDock() {
  const { t } = useSpeech();
  const { list } = useUploads();
  const [isOpen, setOpen] = useState(true);
  if (list.length === 0) return null;
  const count = list.filter(({ phase }) => running.has(phase)).length;
  return (
    <section className="dock" aria-label={t('uploads')}>
      <Button
        variant="plain"
        className="dock-toggle"
        aria-expanded={isOpen}
        icon={isOpen ? <AngleDownIcon /> : <AngleUpIcon />}
        iconPosition="end"
        onClick={() => setOpen(!isOpen)}
      >
        {count > 0 ? t('uploadsRunning', { count }) : t('uploads')}
      </Button>
      {/* Folded, it still follows the images to their end. */}
      <ul className="dock-list" hidden={!isOpen}>
        {list.map((upload) => (
          <DockEntry key={upload.imageId} upload={upload} />
        ))}
      </ul>
    </section>
  );
}

function DockEntry({ upload }: { upload: Upload }) {
  const { t, percent, bytes } = useSpeech();
  const { pause, resume, cancel, dismiss, giveFile } = useUploads();
  const input = useRef<HTMLInputElement>(null);
  const [isAsking, setAsking] = useState(false);
  const { imageId, name, fileName, phase } = upload;
  const share = computePercent(upload);
  return (
    <li className="dock-entry">
      <div className="dock-head">
        <Link to={`/images/${imageId}`} className="guest-text dock-name">
          {name}
        </Link>
        <span className="dock-buttons">
          {(phase === 'sending' || phase === 'waiting') && (
            <Button
              variant="plain"
              size="sm"
              icon={<PauseIcon />}
              aria-label={t('pauseUpload', { name })}
              onClick={() => void pause(imageId)}
            />
          )}
          {(phase === 'paused' || phase === 'failed') && (
            <Button
              variant="plain"
              size="sm"
              icon={<PlayIcon />}
              aria-label={t('resumeUpload', { name })}
              onClick={() => resume(imageId)}
            />
          )}
          {phase !== 'completing' && (
            <Button
              variant="plain"
              size="sm"
              icon={<TimesIcon />}
              aria-label={t(phase === 'done' ? 'dismiss' : 'cancelUpload', { name })}
              onClick={() => {
                if (phase === 'done') dismiss(imageId);
                else if (upload.done >= askFrom.bytes || share >= askFrom.percent) setAsking(true);
                else void cancel(imageId);
              }}
            />
          )}
        </span>
      </div>
      {phase !== 'done' && (
        <Progress
          value={share}
          label={percent(share)}
          size="sm"
          aria-label={name}
          {...(phase === 'failed' ? { variant: 'danger' } : {})}
        />
      )}
      {/* Spoken in steps of ten: every quarter of a second would be noise. */}
      <span className="pf-v6-screen-reader" aria-live="polite">
        {running.has(phase) && share > 0 ? `${name}: ${percent(share - (share % 10))}` : ''}
      </span>
      {phase === 'done' ? <Followed imageId={imageId} name={name} /> : <Words upload={upload} />}
      {isAsking && (
        <FormDialog
          id="cancel-upload"
          title={t('cancelUploadTitle')}
          action={t('cancelUploadAction')}
          isDanger
          isReady
          onSubmit={async () => void cancel(imageId)}
          onClose={() => setAsking(false)}
        >
          <p className="guest-text">{t('cancelUploadHelp', { name, done: bytes(upload.done) })}</p>
        </FormDialog>
      )}
      {phase === 'needs-file' && (
        <div className="dock-choose">
          <input
            ref={input}
            type="file"
            hidden
            aria-label={fileName}
            onChange={(event) => {
              const [file] = event.target.files ?? [];
              if (file) void giveFile(imageId, file);
              event.target.value = '';
            }}
          />
          <Button variant="secondary" size="sm" onClick={() => input.current?.click()}>
            {t('chooseFile')}
          </Button>
        </div>
      )}
    </li>
  );
}

function Words({ upload }: { upload: Upload }) {
  const { t, bytes, roughly, percent } = useSpeech();
  const problemWords = useProblemWords();
  const { phase, done, size, speed, secondsLeft, silentSeconds, fileName, problem } = upload;
  const amount = t('uploadOf', { done: bytes(done), total: bytes(size) });
  if (problem instanceof OtherFile) {
    return <Message isPlain variant="danger" title={t('uploadOtherFile', { file: fileName, size: bytes(size) })} />;
  }
  switch (phase) {
    case 'needs-file':
      return (
        <p className="dock-words guest-text">
          {t('uploadNeedsFile', { percent: percent(size === 0 ? 0 : (done / size) * 100), file: fileName })}
        </p>
      );
    case 'sending':
      return (
        <p className="dock-words figures">
          {amount}
          {silentSeconds === undefined ? '' : ` · ${t('uploadSilent', { seconds: silentSeconds })}`}
          {speed === undefined || secondsLeft === undefined
            ? ''
            : ` · ${t('uploadSpeed', { speed: bytes(speed), left: roughly(secondsLeft) })}`}
        </p>
      );
    case 'waiting':
      return (
        <p className="dock-words">{`${t(navigator.onLine ? 'uploadStoreSilent' : 'uploadWaiting')} · ${amount}`}</p>
      );
    case 'paused':
      return <p className="dock-words">{`${t('uploadPaused')} · ${amount}`}</p>;
    case 'completing':
      return <p className="dock-words">{t('uploadCompleting')}</p>;
    case 'done':
      return <p className="dock-words">{t('uploadDone')}</p>;
    case 'failed': {
      if (problem instanceof FileChanged) return <Problem title={t('uploadFileGone')} />;
      if (problem instanceof SentElsewhere) return <Problem title={t('uploadElsewhere')} />;
      if (problem instanceof PartRefused && problem.status !== 0) {
        return <Problem title={t('uploadRefusedByStore', { reason: problem.message })} body={t('tellOperator')} />;
      }
      return <Problem {...problemWords(problem)} />;
    }
  }
}

function Problem({ title, body }: { title: string; body?: ReactNode }) {
  return (
    <Message isPlain variant="danger" title={title}>
      {body}
    </Message>
  );
}
