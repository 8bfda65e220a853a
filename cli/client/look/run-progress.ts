import type { ImageDetail, StepView } from '../../../shared/contracts/api.ts';
import { stepStates, toImageState } from '../../../shared/status/image-state.ts';
import { imageStates } from '../../../shared/status/states.ts';
import { formatDuration } from '../../../shared/text/quantities.ts';

import { type Line, withStyle } from '../../terminal.ts';
import { describeReceived, describeWork } from './state-text.ts';

/**
 * Returns the news since the image was last seen, as lines, and its current work, as one line. A status line that can be overwritten shows percents. Without
 * one, every ten percent is a line.
 */
export function createRunProgress({ hasStatusLine }: { hasStatusLine: boolean }) {
  let run = '';
  let waiting = '';
  /** The last report of each step. */
  let told = new Map<string, { attempts: number; status: string; tens: number }>();

  const stepLines = (step: StepView): Line[] => {
    const before = told.get(step.step);
    const isNew = before?.attempts !== step.attempts;
    const tens = stepStates[step.step].hasPercent ? Math.floor(step.percent / 10) : 0;
    told.set(step.step, { attempts: step.attempts, status: step.status, tens });
    const name = `  ${step.step.padEnd(11)}`;
    const lines: Line[] = [];
    if (isNew && before) {
      lines.push([name, withStyle('careful', `attempt ${step.attempts}`), step.message ? `: ${step.message}` : '']);
    }
    if (step.status === 'running') {
      if (!hasStatusLine && (isNew || tens > before.tens)) lines.push([name, describeWork(step)]);
    } else if (isNew || before.status !== step.status) {
      const took = (new Date(step.finishedAt ?? step.startedAt).getTime() - new Date(step.startedAt).getTime()) / 1000;
      lines.push([
        name,
        withStyle(step.status === 'done' ? 'good' : 'careful', step.status),
        `, ${formatDuration(took)}`,
        step.status !== 'done' && step.message ? `: ${step.message}` : '',
      ]);
    }
    return lines;
  };

  return {
    next: (image: ImageDetail): { lines: Line[]; status: string } => {
      const [newest] = image.runs;
      const wait = newest ? (newest.status === 'queued' ? 'Waiting for a worker.' : '') : describeWait(image);
      const lines: Line[] = [];
      if (newest && newest.id !== run) {
        run = newest.id;
        told = new Map();
        if (newest.number > 1) lines.push(`Run ${newest.number}:`);
      }
      if (wait && wait !== waiting && !hasStatusLine) lines.push(wait);
      waiting = wait;
      for (const step of newest?.steps ?? []) lines.push(...stepLines(step));
      const running = newest?.steps.findLast(({ status }) => status === 'running');
      const { download } = image;
      if (!newest && download?.status === 'running') return { lines, status: `${wait} ${describeReceived(download)}` };
      return { lines, status: running ? `  ${running.step.padEnd(11)}${describeWork(running)}` : wait };
    },
  };
}

function describeWait(image: ImageDetail): string {
  const { upload, download, order } = image;
  if (upload.size !== null) return 'Waiting for its run.';
  if (download?.status === 'running') return `Downloading from ${new URL(download.url).host}.`;
  if (download?.status === 'queued') return 'Waiting for a worker.';
  return order ? imageStates[toImageState(image).key].sentence.en : 'Waiting until the upload is detected.';
}
