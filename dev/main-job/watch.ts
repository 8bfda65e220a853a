import { setTimeout as pause } from 'node:timers/promises';
import type { ImageDetail, RunView, StepView } from '../../shared/contracts/api.ts';
import { BootreadyError } from '../../shared/errors.ts';
import { formatElapsed, type Line, startLine } from '../terminal/line.mjs';
import type { ApiClient } from './api-client.ts';
import { stepLine } from './words.ts';

/** The sweep finds an upload whose notification was lost; that is what the longest wait is for. */
const patienceSeconds = 180;

/** Waits until an upload has become an image record. @throws BootreadyError `unavailable` */
export async function findUploaded(
  api: ApiClient,
  { name, key, since }: { name: string; key: string; since: number },
  signal: AbortSignal,
): Promise<string> {
  const line = startLine(stepLine('intake', 'waiting for the notification'), { silentFor: 500 });
  try {
    for (const deadline = Date.now() + patienceSeconds * 1000; Date.now() < deadline; ) {
      const images = await api.imagesNamed(name);
      const ours = images.find(({ upload, createdAt }) => upload.key === key && Date.parse(createdAt) >= since);
      if (ours) return ours.id;
      await pause(200, undefined, { signal });
    }
  } finally {
    line.end();
  }
  throw new BootreadyError({
    code: 'unavailable',
    message: `The upload did not become an image within ${patienceSeconds} s.`,
    remedy: 'Read the logs of the API and of the worker for queues.',
  });
}

const ended = new Set<RunView['status']>(['published', 'rejected', 'failed', 'cancelled']);

/** Shows the steps of the newest run, one line each, until it has ended. */
export async function watchRun(api: ApiClient, imageId: string, signal: AbortSignal): Promise<ImageDetail> {
  const shown = new Set<string>();
  let endedAt: number | undefined;
  let open: { step: string; line: Line; tenth: number } | undefined;

  const show = ({ step, percent, attempts, status, startedAt, finishedAt, message }: StepView): void => {
    const again = attempts > 1 ? `, attempt ${attempts}` : '';
    if (status !== 'running') {
      open?.line.end();
      open = undefined;
      const time = finishedAt ? formatElapsed(Date.parse(finishedAt) - Date.parse(startedAt)) : '';
      const how = status === 'done' ? `done in ${time}` : `${status}${message ? `: ${message}` : ''} after ${time}`;
      process.stdout.write(`${stepLine(step, `${how}${again}`)}\n`);
      shown.add(step);
      return;
    }
    const words = stepLine(step, `${Math.floor(percent)} %${again}`);
    const tenth = Math.floor(percent / 10);
    if (!open) open = { step, line: startLine(words), tenth };
    if (open.step !== step) return;
    open.line.update(words, { mark: tenth > open.tenth });
    open.tenth = tenth;
  };

  try {
    for (;;) {
      const image = await api.image(imageId);
      const run = image?.runs[0];
      if (!image) throw makeVanishedError();
      for (const step of run?.steps ?? []) if (!shown.has(step.step)) show(step);
      // The news that a step is done may come a moment after the end of its run.
      if (run && ended.has(run.status)) {
        endedAt ??= Date.now();
        if (Date.now() - endedAt > 3000 || run.steps.every(({ status }) => status !== 'running')) return image;
      }
      await pause(250, undefined, { signal });
    }
  } finally {
    open?.line.end();
  }
}

function makeVanishedError(): BootreadyError {
  return new BootreadyError({
    code: 'not-found',
    message: 'The image of the sample was deleted while it was being worked on.',
    remedy: 'Run `npm start` again to upload it again.',
  });
}
