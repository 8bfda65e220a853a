import { Progress } from '@patternfly/react-core';
import { CheckCircleIcon } from '@patternfly/react-icons/dist/esm/icons/check-circle-icon';
import { ExclamationCircleIcon } from '@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon';
import { ExclamationTriangleIcon } from '@patternfly/react-icons/dist/esm/icons/exclamation-triangle-icon';
import { InProgressIcon } from '@patternfly/react-icons/dist/esm/icons/in-progress-icon';
import { OutlinedCircleIcon } from '@patternfly/react-icons/dist/esm/icons/outlined-circle-icon';
import { type ReactNode, useEffect, useState } from 'react';
import type { RunView, StepView } from '../../shared/contracts/api.ts';
import type { BootPolicy } from '../../shared/contracts/image.ts';
import type { Step } from '../../shared/contracts/step.ts';
import { stepStates } from '../../shared/status/image-state.ts';
import type { Tone } from '../../shared/status/states.ts';
import { type StepTickKey, stepTicks, toStepTick } from '../../shared/status/step-tick.ts';
import { type Speech, useSpeech } from '../words/language.tsx';
import { stepWords } from '../words/steps.ts';
import { toFindingId } from './finding-id.ts';

/** In the order of the workflow. */
const steps = Object.keys(stepWords) as Step[];

const icons: Record<Tone, ReactNode> = {
  good: <CheckCircleIcon />,
  unproven: <OutlinedCircleIcon />,
  careful: <ExclamationTriangleIcon />,
  bad: <ExclamationCircleIcon />,
  busy: <InProgressIcon />,
  quiet: <OutlinedCircleIcon />,
};

type Props = {
  run: RunView;
  /** The policy for the boot test, as far as it is known. */
  bootCheck: BootPolicy | null;
  children?: ReactNode;
};

/** Every step of a run, including those that are still to come; after them the image's deliveries. An ended run shows only its results. */
export function Timeline({ run, bootCheck, children }: Props) {
  const { t } = useSpeech();
  const { findings, status, finishedAt } = run;
  return (
    <ol className="timeline" aria-label={t('progress')}>
      {steps.map((step) => {
        const view = run.steps.find((each) => each.step === step);
        const { key, count, worst } = toStepTick({ step, row: view, run: status, findings, bootCheck });
        const { title, help } = stepWords[step];
        return (
          <Entry
            key={step}
            title={t(title)}
            help={key === 'off' ? t('stepBootOff') : finishedAt === null ? t(help) : ''}
            view={view}
            tick={key}
            count={count}
            hasPercent={stepStates[step].hasPercent}
            {...(worst ? { anchor: toFindingId(worst) } : {})}
          />
        );
      })}
      {children}
    </ol>
  );
}

/** The data that all steps have in common. */
type Course = Pick<StepView, 'attempts' | 'percent' | 'message' | 'finishedAt' | 'usualSeconds'> & {
  startedAt: string | null;
};

type EntryProps = {
  title: string;
  help: string;
  view: Course | undefined;
  tick: StepTickKey;
  count?: number;
  /** Its percent is a share of the work. */
  hasPercent: boolean;
  /** The finding that the tick is about. */
  anchor?: string;
  children?: ReactNode;
};

export function Entry({ title, help, view, tick, count = 0, hasPercent, anchor, children }: EntryProps) {
  const { t, say, percent, roughly } = useSpeech();
  const { tone, label } = stepTicks[tick];
  const usual = sayUsual(t, roughly, hasPercent ? undefined : view?.usualSeconds);
  const words = say(label, { count });
  return (
    <li className="timeline-entry" data-tone={tone} aria-current={tick === 'running' ? 'step' : undefined}>
      <span className="timeline-icon" aria-hidden="true">
        {icons[tone]}
      </span>
      <div className="timeline-words">
        <div className="timeline-head">
          <strong>{title}</strong>
          <span className="figures quiet">
            {anchor ? <a href={`#${anchor}`}>{words}</a> : words}
            {view?.startedAt ? <Took startedAt={view.startedAt} finishedAt={view.finishedAt} /> : ''}
            {usual}
            {view && view.attempts > 1 ? ` · ${t('attempt', { number: view.attempts })}` : ''}
          </span>
        </div>
        {help !== '' && <p className="quiet guest-text">{help}</p>}
        {hasPercent && tick === 'running' && view && view.percent > 0 && (
          <Progress
            value={Math.floor(view.percent)}
            label={percent(view.percent)}
            size="sm"
            aria-label={title}
            className="timeline-progress"
          />
        )}
        {view?.message && (tick === 'failed' || tick === 'retrying' || tick === 'running' || tick === 'cancelled') && (
          <p className="guest-text">{view.message}</p>
        )}
        {children}
      </div>
    </li>
  );
}

/** For a step that cannot say how far it is: a bar would be the share of its time limit, from which nobody can tell when it ends. */
function sayUsual(t: Speech['t'], roughly: Speech['roughly'], span: StepView['usualSeconds']): string {
  if (!span) return '';
  const [from, to] = [roughly(span.from), roughly(span.to)];
  return ` · ${from === to ? t('stepUsuallyAbout', { to }) : t('stepUsually', { from, to })}`;
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
