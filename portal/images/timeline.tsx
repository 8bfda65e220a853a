import { Progress } from '@patternfly/react-core';
import { CheckCircleIcon } from '@patternfly/react-icons/dist/esm/icons/check-circle-icon';
import { ExclamationCircleIcon } from '@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon';
import { InProgressIcon } from '@patternfly/react-icons/dist/esm/icons/in-progress-icon';
import { OutlinedCircleIcon } from '@patternfly/react-icons/dist/esm/icons/outlined-circle-icon';
import { type ReactNode, useEffect, useState } from 'react';
import type { RunView, StepView } from '../../shared/contracts/api.ts';
import type { Step } from '../../shared/contracts/step.ts';
import { useSpeech } from '../words/language.tsx';
import { stepWords } from '../words/steps.ts';
import { waitWords } from '../words/waits.ts';

/** In the order of the workflow. */
const steps = Object.keys(stepWords) as Step[];

const looks = {
  done: { icon: <CheckCircleIcon />, word: 'stepDone', tone: 'good' },
  failed: { icon: <ExclamationCircleIcon />, word: 'stepFailed', tone: 'bad' },
  cancelled: { icon: <ExclamationCircleIcon />, word: 'stepCancelled', tone: 'quiet' },
  running: { icon: <InProgressIcon />, word: 'stepRunning', tone: 'busy' },
  waiting: { icon: <OutlinedCircleIcon />, word: 'stepWaiting', tone: 'quiet' },
  skipped: { icon: <OutlinedCircleIcon />, word: 'stepSkipped', tone: 'quiet' },
} as const satisfies Record<StepView['status'] | 'waiting' | 'skipped', object>;

/** Every step of a run, including those that are still to come; after them the image's deliveries. */
export function Timeline({ run, children }: { run: RunView; children?: ReactNode }) {
  const { t } = useSpeech();
  const isOver = run.finishedAt !== null;
  return (
    <ol className="timeline" aria-label={t('progress')}>
      {steps.map((step) => {
        const view = run.steps.find((each) => each.step === step);
        const status = view?.status ?? (isOver ? 'skipped' : 'waiting');
        const { title, help } = stepWords[step];
        return <Entry key={step} title={t(title)} help={t(help)} view={view} status={status} />;
      })}
      {children}
    </ol>
  );
}

/** The data that all steps have in common. */
type Course = Pick<StepView, 'attempts' | 'percent' | 'message' | 'finishedAt' | 'waitsFor'> & {
  startedAt: string | null;
};

type EntryProps = {
  title: string;
  help: string;
  view: Course | undefined;
  status: keyof typeof looks;
  children?: ReactNode;
};

export function Entry({ title, help, view, status, children }: EntryProps) {
  const { t, percent } = useSpeech();
  const { icon, word, tone } = looks[status];
  return (
    <li className="timeline-entry" data-tone={tone} aria-current={status === 'running' ? 'step' : undefined}>
      <span className="timeline-icon" aria-hidden="true">
        {icon}
      </span>
      <div className="timeline-words">
        <div className="timeline-head">
          <strong>{title}</strong>
          <span className="figures quiet">
            {t(status === 'running' && view?.waitsFor ? waitWords[view.waitsFor] : word)}
            {view?.startedAt ? <Took startedAt={view.startedAt} finishedAt={view.finishedAt} /> : ''}
            {view && view.attempts > 1 ? ` · ${t('attempt', { number: view.attempts })}` : ''}
          </span>
        </div>
        <p className="quiet guest-text">{help}</p>
        {status === 'running' && view && view.percent > 0 && (
          <Progress
            value={Math.floor(view.percent)}
            label={percent(view.percent)}
            size="sm"
            aria-label={title}
            className="timeline-progress"
          />
        )}
        {view?.message && status !== 'done' && (
          <p className="guest-text" lang="en">
            {view.message}
          </p>
        )}
        {children}
      </div>
    </li>
  );
}

/** How long it took, or has taken so far: only this changes every second. */
function Took({ startedAt, finishedAt }: { startedAt: string; finishedAt: string | null }) {
  const { duration } = useSpeech();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (finishedAt) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [finishedAt]);
  const until = finishedAt ? new Date(finishedAt).getTime() : now;
  return ` · ${duration((until - new Date(startedAt).getTime()) / 1000)}`;
}
